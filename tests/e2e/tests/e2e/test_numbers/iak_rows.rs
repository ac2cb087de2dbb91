//! The numbers of IAK's sandbox, as its documents list them, row by row.

/// What the document promises of a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Promise {
    /// It is paid.
    Paid,
    /// The inquiry times out.
    InquiryTimeout,
    /// The inquiry says that it was paid before.
    InquiryPaid,
    /// The inquiry does not know the number.
    InquiryWrongNumber,
    /// The payment fails.
    Refused,
    /// The payment is pending, until a person presses a button.
    Pending,
    /// The payment meets an error of the biller.
    BillerError,
}

/// One number of the table.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    /// IAK's code of the product.
    pub(super) code: &'static str,
    pub(super) number: &'static str,
    pub(super) promise: Promise,
}

const fn row(code: &'static str, number: &'static str, promise: Promise) -> Row {
    Row { code, number, promise }
}

use Promise::{
    BillerError, InquiryPaid, InquiryTimeout, InquiryWrongNumber, Paid, Pending, Refused,
};

/// Bills: the last digit chooses what happens, of some products only.
pub(super) const BILLS: [Row; 107] = [
    row("PLNPOSTPAID", "530000000001", Paid),
    row("PLNPOSTPAID", "530000000002", Paid),
    row("PLNPOSTPAID", "530000000003", InquiryTimeout),
    row("PLNPOSTPAID", "530000000004", InquiryPaid),
    row("PLNPOSTPAID", "530000000005", InquiryWrongNumber),
    row("PLNPOSTPAID", "530000000006", Refused),
    row("PLNPOSTPAID", "530000000007", Pending),
    row("PLNPOSTPAID", "530000000008", BillerError),
    row("PLNNONH", "3225030005922", Paid),
    row("PLNNONH", "1811217010329", Paid),
    row("PLNNONH", "3226015008229", Paid),
    row("BPJS", "8801234560001", Paid),
    row("BPJS", "8801234560003", InquiryTimeout),
    row("BPJS", "8801234560004", InquiryPaid),
    row("BPJS", "8801234560005", InquiryWrongNumber),
    row("BPJS", "8801234560006", Refused),
    row("BPJS", "8801234560007", Pending),
    row("BPJS", "8801234560008", BillerError),
    row("BPJSTK", "8102051011270001", Paid),
    row("BPJSTK", "8102051011270003", InquiryTimeout),
    row("BPJSTK", "8102051011270004", InquiryPaid),
    row("BPJSTK", "8102051011270005", InquiryWrongNumber),
    row("BPJSTK", "8102051011270006", Refused),
    row("BPJSTK", "8102051011270007", Pending),
    row("BPJSTK", "8102051011270008", BillerError),
    row("BPJSTKPU", "210300016066", Paid),
    row("TELKOMPSTN", "6391601201", Paid),
    row("TELKOMPSTN", "6391601202", Paid),
    row("TELKOMPSTN", "6391601203", InquiryTimeout),
    row("TELKOMPSTN", "6391601204", InquiryPaid),
    row("TELKOMPSTN", "6391601205", InquiryWrongNumber),
    row("TELKOMPSTN", "6391601206", Refused),
    row("TELKOMPSTN", "6391601207", Pending),
    row("TELKOMPSTN", "6391601208", BillerError),
    row("CBN", "01927101", Paid),
    row("CBN", "01783002", Paid),
    row("CBN", "01783003", InquiryTimeout),
    row("CBN", "01783004", InquiryPaid),
    row("CBN", "01783005", InquiryWrongNumber),
    row("CBN", "01783006", Refused),
    row("CBN", "01783007", Pending),
    row("CBN", "01783008", BillerError),
    row("TVBIG", "1072161401", Paid),
    row("TVBIG", "1072161403", InquiryTimeout),
    row("TVBIG", "1072161404", InquiryPaid),
    row("TVBIG", "1072161405", InquiryWrongNumber),
    row("TVBIG", "1072161406", Refused),
    row("TVBIG", "1072161407", Pending),
    row("TVBIG", "1072161408", BillerError),
    row("TVTLKMV", "127246500101", Paid),
    row("TVTLKMV", "127246500103", InquiryTimeout),
    row("TVTLKMV", "127246500104", InquiryPaid),
    row("TVTLKMV", "127246500105", InquiryWrongNumber),
    row("TVTLKMV", "127246500106", Refused),
    row("TVTLKMV", "127246500107", Pending),
    row("TVTLKMV", "127246500108", BillerError),
    row("PGAS", "0110014601", Paid),
    row("PGAS", "0110014603", InquiryTimeout),
    row("PGAS", "0110014604", InquiryPaid),
    row("PGAS", "0110014605", InquiryWrongNumber),
    row("PGAS", "0110014606", Refused),
    row("PGAS", "0110014607", Pending),
    row("PGAS", "0110014608", BillerError),
    row("PDAMKOTA.SURABAYA", "10202001", Paid),
    row("PDAMKOTA.MEDAN", "10202002", Paid),
    row("PDAMKOTA.MEDAN", "10202006", Refused),
    row("PDAMKOTA.MEDAN", "10202007", Pending),
    row("PDAMKOTA.MEDAN", "10202008", BillerError),
    row("AETRA", "10202003", InquiryTimeout),
    row("AETRA", "10202004", InquiryPaid),
    row("AETRA", "10202005", InquiryWrongNumber),
    row("HPTHREE", "08991234501", Paid),
    row("HPTHREE", "08991234503", InquiryTimeout),
    row("HPTHREE", "08991234504", InquiryPaid),
    row("HPTHREE", "08991234505", InquiryWrongNumber),
    row("HPTHREE", "08991234506", Refused),
    row("HPTHREE", "08991234507", Pending),
    row("HPTHREE", "08991234508", BillerError),
    row("FNMEGA", "6391601201", Paid),
    row("FNMEGA", "6391601203", InquiryTimeout),
    row("FNMEGA", "6391601204", InquiryPaid),
    row("FNMEGA", "6391601205", InquiryWrongNumber),
    row("FNMEGA", "6391601206", Refused),
    row("FNMEGA", "6391601207", Pending),
    row("FNMEGA", "6391601208", BillerError),
    row("ESAMSAT.JABAR", "9658548523568701", Paid),
    row("ESAMSAT.JABAR", "9658548523568703", InquiryTimeout),
    row("ESAMSAT.JABAR", "9658548523568704", InquiryPaid),
    row("ESAMSAT.JABAR", "9658548523568705", InquiryWrongNumber),
    row("ESAMSAT.JABAR", "9658548523568706", Refused),
    row("ESAMSAT.JABAR", "9658548523568707", Pending),
    row("ESAMSAT.JABAR", "9658548523568708", BillerError),
    row("PBBKOT.CIMAHI", "329801092375999901", Paid),
    row("PBBKOT.CIMAHI", "329801092375999903", InquiryTimeout),
    row("PBBKOT.CIMAHI", "329801092375999904", InquiryPaid),
    row("PBBKOT.CIMAHI", "329801092375999905", InquiryWrongNumber),
    row("PBBKOT.CIMAHI", "329801092375999906", Refused),
    row("PBBKOT.CIMAHI", "329801092375999907", Pending),
    row("PBBKOT.CIMAHI", "329801092375999908", BillerError),
    row("SHOPEEPAY", "082100000001", Paid),
    row("SHOPEEPAY", "082100000002", Paid),
    row("SHOPEEPAY", "082100000003", InquiryTimeout),
    row("SHOPEEPAY", "082100000004", InquiryPaid),
    row("SHOPEEPAY", "082100000005", InquiryWrongNumber),
    row("SHOPEEPAY", "082100000006", Refused),
    row("SHOPEEPAY", "082100000007", Pending),
    row("SHOPEEPAY", "082100000008", BillerError),
];

/// Numbers of top-ups: all are worked on until a person presses a button.
pub(super) const TOP_UPS: [Row; 3] = [
    row("hpln20000", "12345678901", Pending),
    row("game103", "156378300|8483", Pending),
    row("xld25000", "0817777215", Pending),
];

/// The samples whose amounts the document shows: code, number, what the customer owes, what leaves the deposit,
/// in rupiah.
pub(super) const SAMPLES: [(&str, &str, i64, i64); 7] = [
    ("PLNPOSTPAID", "530000000001", 302_500, 301_900),
    ("TELKOMPSTN", "6391601202", 137_110, 133_510),
    ("PGAS", "0110014601", 324_502, 323_902),
    ("SHOPEEPAY", "082100000001", 100_800, 100_350),
    ("FNMEGA", "6391601201", 661_000, 660_500),
    ("PBBKOT.CIMAHI", "329801092375999901", 208_857, 208_857),
    ("HPTHREE", "08991234501", 55_000, 54_000),
];

/// Our product for a code of the tables.
pub(super) fn product(code: &str) -> &'static str {
    match code {
        "PLNPOSTPAID" => "PLN-POSTPAID",
        "PLNNONH" => "PLN-NON-TAGLIS",
        "BPJS" => "BPJS-KESEHATAN",
        "BPJSTK" => "BPJS-KETENAGAKERJAAN",
        "BPJSTKPU" => "BPJS-KETENAGAKERJAAN-PU",
        "TELKOMPSTN" => "TELKOM",
        "CBN" => "INTERNET-CBN",
        "TVBIG" => "TV-BIG",
        "TVTLKMV" => "TELKOM-VISION",
        "PGAS" => "GAS-PGN",
        "PDAMKOTA.SURABAYA" => "PDAM-KOTA-SURABAYA",
        "PDAMKOTA.MEDAN" => "PDAM-KOTA-MEDAN",
        "AETRA" => "PDAM-AETRA-TPJ",
        "HPTHREE" => "POSTPAID-TRI",
        "FNMEGA" => "FINANCE-MEGA",
        "ESAMSAT.JABAR" => "TAX-SAMSAT-JABAR",
        "PBBKOT.CIMAHI" => "TAX-PBB-KOTA-CIMAHI",
        "SHOPEEPAY" => "EMONEY-SHOPEEPAY-OPEN",
        "hpln20000" => "PLN-PREPAID-20000",
        "game103" => "GAME-ML-86",
        "xld25000" => "XL-25000",
        // Not sold, so a row of such a code fails.
        _ => "UNKNOWN",
    }
}
