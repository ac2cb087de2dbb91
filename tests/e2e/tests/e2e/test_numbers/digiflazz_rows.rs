//! Digiflazz's own table of test numbers (*test-case*), row by row.

/// What the document promises of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Promise {
    /// It is paid.
    Paid,
    /// Already the inquiry fails.
    InquiryRefused,
    /// The purchase fails, or the payment after a good inquiry.
    Refused,
    /// It is pending, and paid by a callback.
    PendingThenPaid,
    /// It is pending, and fails by a callback.
    PendingThenRefused,
}

/// One number of the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// Digiflazz's code of the product.
    pub(super) code: &'static str,
    pub(super) number: &'static str,
    pub(super) promise: Promise,
}

const fn row(code: &'static str, number: &'static str, promise: Promise) -> Row {
    Row { code, number, promise }
}

use Promise::{InquiryRefused, Paid, PendingThenPaid, PendingThenRefused, Refused};

pub(super) const ROWS: [Row; 83] = [
    row("xld10", "087800001230", Paid),
    row("xld10", "087800001232", Refused),
    row("xld10", "087800001233", PendingThenPaid),
    row("xld10", "087800001234", PendingThenRefused),
    row("pln", "530000000001", Paid),
    row("pln", "530000000002", Paid),
    row("pln", "530000000003", InquiryRefused),
    row("pln", "530000000006", Refused),
    row("pln", "630000000001", PendingThenPaid),
    row("pln", "630000000002", PendingThenPaid),
    row("pln", "630000000006", PendingThenRefused),
    row("pdam", "1013226", Paid),
    row("pdam", "1013227", InquiryRefused),
    row("pdam", "1013230", Refused),
    row("pdam", "2013226", PendingThenPaid),
    row("pdam", "2013230", PendingThenRefused),
    row("internet", "6391601001", Paid),
    row("internet", "6391601002", InquiryRefused),
    row("internet", "6391601005", Refused),
    row("internet", "7391601001", PendingThenPaid),
    row("internet", "7391601005", PendingThenRefused),
    row("bpjs", "8801234560001", Paid),
    row("bpjs", "8801234560002", InquiryRefused),
    row("bpjs", "8801234560005", Refused),
    row("bpjs", "9801234560001", PendingThenPaid),
    row("bpjs", "9801234560005", PendingThenRefused),
    row("multifinance", "6391601201", Paid),
    row("multifinance", "6391601202", InquiryRefused),
    row("multifinance", "6391601205", Refused),
    row("multifinance", "7391601201", PendingThenPaid),
    row("multifinance", "7391601205", PendingThenRefused),
    row("cimahi", "329801092375999991", Paid),
    row("cimahi", "329801092375999992", InquiryRefused),
    row("cimahi", "329801092375999995", Refused),
    row("cimahi", "429801092375999991", PendingThenPaid),
    row("cimahi", "429801092375999995", PendingThenRefused),
    row("pdl", "3298010921", Paid),
    row("pdl", "3298010922", InquiryRefused),
    row("pdl", "3298010923", Refused),
    row("pdl", "4298010921", PendingThenPaid),
    row("pdl", "4298010923", PendingThenRefused),
    row("pgas", "0110014601", Paid),
    row("pgas", "0110014602", Paid),
    row("pgas", "0110014603", InquiryRefused),
    row("pgas", "0110014605", Refused),
    row("pgas", "1110014601", PendingThenPaid),
    row("pgas", "1110014602", PendingThenPaid),
    row("pgas", "1110014605", PendingThenRefused),
    row("tv", "127246500101", Paid),
    row("tv", "127246500102", InquiryRefused),
    row("tv", "127246500105", Refused),
    row("tv", "227246500101", PendingThenPaid),
    row("tv", "227246500105", PendingThenRefused),
    row("bpjstk", "8102051011270001", Paid),
    row("bpjstk", "8102051011270002", InquiryRefused),
    row("bpjstk", "8102051011270003", Refused),
    row("bpjstk", "9102051011270001", PendingThenPaid),
    row("bpjstk", "9102051011270003", PendingThenRefused),
    row("bpjstkpu", "400000100001", Paid),
    row("bpjstkpu", "400000100002", InquiryRefused),
    row("bpjstkpu", "400000100003", Refused),
    row("bpjstkpu", "500000100001", PendingThenPaid),
    row("bpjstkpu", "500000100003", PendingThenRefused),
    row("plnnontaglist", "3225030005921", Paid),
    row("plnnontaglist", "3225030005922", InquiryRefused),
    row("plnnontaglist", "3225030005923", Refused),
    row("plnnontaglist", "4225030005921", PendingThenPaid),
    row("plnnontaglist", "4225030005923", PendingThenRefused),
    row("emoney", "082100000001", Paid),
    row("emoney", "082100000002", InquiryRefused),
    row("emoney", "082100000003", Refused),
    row("emoney", "082110000001", PendingThenPaid),
    row("emoney", "082110000003", PendingThenRefused),
    row("samsat", "9658548523568701,0212502110170100", Paid),
    row("samsat", "9658548523568702,0212502110170100", InquiryRefused),
    row("samsat", "9658548523568705,0212502110170100", Refused),
    row("samsat", "0658548523568701,0212502110170100", PendingThenPaid),
    row("samsat", "0658548523568705,0212502110170100", PendingThenRefused),
    row("hp", "081234554320", Paid),
    row("hp", "081234554321", InquiryRefused),
    row("hp", "081234554324", Refused),
    row("hp", "081244554320", PendingThenPaid),
    row("hp", "081244554324", PendingThenRefused),
];

/// The samples of bills whose amounts the document shows: number, what the customer owes, what leaves the
/// deposit, in rupiah.
pub(super) const SAMPLES: [(&str, i64, i64); 5] = [
    ("530000000001", 11_000, 10_000),
    ("530000000002", 25_000, 23_000),
    ("630000000001", 11_000, 10_000),
    ("630000000002", 25_000, 23_000),
    ("1013226", 12_500, 11_500),
];

/// Our product for a code of the table.
pub(super) fn product(code: &str) -> &'static str {
    match code {
        "xld10" => "XL-10000",
        "pln" => "PLN-POSTPAID",
        "pdam" => "PDAM-TEST",
        "internet" => "INTERNET-TEST",
        "bpjs" => "BPJS-KESEHATAN",
        "multifinance" => "FINANCE-TEST",
        "cimahi" => "TAX-PBB-CIMAHI",
        "pdl" => "TAX-PDL-TEST",
        "pgas" => "GAS-PGN",
        "tv" => "TV-TEST",
        "bpjstk" => "BPJS-KETENAGAKERJAAN",
        "bpjstkpu" => "BPJS-KETENAGAKERJAAN-PU",
        "plnnontaglist" => "PLN-NON-TAGLIS",
        "emoney" => "EMONEY-TEST",
        "samsat" => "TAX-SAMSAT-TEST",
        "hp" => "POSTPAID-TEST",
        // Not sold, so a row of such a code fails.
        _ => "UNKNOWN",
    }
}
