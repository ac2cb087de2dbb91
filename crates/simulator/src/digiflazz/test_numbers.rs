//! The documented test numbers (*test-case*): which number does what, for the development key.

/// What happens to a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TestCourse {
    /// It succeeds.
    Succeeds,
    /// Already the inquiry fails.
    InquiryFails,
    /// The purchase, or the payment after a good inquiry, fails.
    Fails,
    /// It is pending, then it succeeds.
    PendingThenSucceeds,
    /// It is pending, then it fails.
    PendingThenFails,
}

/// A documented test number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TestNumber {
    /// The product.
    pub code: &'static str,
    /// The customer number.
    pub number: &'static str,
    /// What happens to it.
    pub course: TestCourse,
    /// How many sheets its bill has; none for a prepaid purchase.
    pub sheets: u32,
}

use TestCourse::{Fails, InquiryFails, PendingThenFails, PendingThenSucceeds, Succeeds};

/// Every documented test number.
pub const TEST_NUMBERS: [TestNumber; 83] = [
    one("xld10", "087800001230", Succeeds, 0),
    one("xld10", "087800001232", Fails, 0),
    one("xld10", "087800001233", PendingThenSucceeds, 0),
    one("xld10", "087800001234", PendingThenFails, 0),
    one("pln", "530000000001", Succeeds, 1),
    one("pln", "530000000002", Succeeds, 2),
    one("pln", "530000000003", InquiryFails, 1),
    one("pln", "530000000006", Fails, 1),
    one("pln", "630000000001", PendingThenSucceeds, 1),
    one("pln", "630000000002", PendingThenSucceeds, 2),
    one("pln", "630000000006", PendingThenFails, 1),
    one("pdam", "1013226", Succeeds, 1),
    one("pdam", "1013227", InquiryFails, 1),
    one("pdam", "1013230", Fails, 1),
    one("pdam", "2013226", PendingThenSucceeds, 1),
    one("pdam", "2013230", PendingThenFails, 1),
    one("internet", "6391601001", Succeeds, 2),
    one("internet", "6391601002", InquiryFails, 1),
    one("internet", "6391601005", Fails, 1),
    one("internet", "7391601001", PendingThenSucceeds, 1),
    one("internet", "7391601005", PendingThenFails, 1),
    one("bpjs", "8801234560001", Succeeds, 1),
    one("bpjs", "8801234560002", InquiryFails, 1),
    one("bpjs", "8801234560005", Fails, 1),
    one("bpjs", "9801234560001", PendingThenSucceeds, 1),
    one("bpjs", "9801234560005", PendingThenFails, 1),
    one("multifinance", "6391601201", Succeeds, 1),
    one("multifinance", "6391601202", InquiryFails, 1),
    one("multifinance", "6391601205", Fails, 1),
    one("multifinance", "7391601201", PendingThenSucceeds, 1),
    one("multifinance", "7391601205", PendingThenFails, 1),
    one("cimahi", "329801092375999991", Succeeds, 1),
    one("cimahi", "329801092375999992", InquiryFails, 1),
    one("cimahi", "329801092375999995", Fails, 1),
    one("cimahi", "429801092375999991", PendingThenSucceeds, 1),
    one("cimahi", "429801092375999995", PendingThenFails, 1),
    one("pdl", "3298010921", Succeeds, 1),
    one("pdl", "3298010922", InquiryFails, 1),
    one("pdl", "3298010923", Fails, 1),
    one("pdl", "4298010921", PendingThenSucceeds, 1),
    one("pdl", "4298010923", PendingThenFails, 1),
    one("pgas", "0110014601", Succeeds, 1),
    one("pgas", "0110014602", Succeeds, 2),
    one("pgas", "0110014603", InquiryFails, 1),
    one("pgas", "0110014605", Fails, 1),
    one("pgas", "1110014601", PendingThenSucceeds, 1),
    one("pgas", "1110014602", PendingThenSucceeds, 2),
    one("pgas", "1110014605", PendingThenFails, 1),
    one("tv", "127246500101", Succeeds, 1),
    one("tv", "127246500102", InquiryFails, 1),
    one("tv", "127246500105", Fails, 1),
    one("tv", "227246500101", PendingThenSucceeds, 1),
    one("tv", "227246500105", PendingThenFails, 1),
    one("bpjstk", "8102051011270001", Succeeds, 1),
    one("bpjstk", "8102051011270002", InquiryFails, 1),
    one("bpjstk", "8102051011270003", Fails, 1),
    one("bpjstk", "9102051011270001", PendingThenSucceeds, 1),
    one("bpjstk", "9102051011270003", PendingThenFails, 1),
    one("bpjstkpu", "400000100001", Succeeds, 1),
    one("bpjstkpu", "400000100002", InquiryFails, 1),
    one("bpjstkpu", "400000100003", Fails, 1),
    one("bpjstkpu", "500000100001", PendingThenSucceeds, 1),
    one("bpjstkpu", "500000100003", PendingThenFails, 1),
    one("plnnontaglist", "3225030005921", Succeeds, 1),
    one("plnnontaglist", "3225030005922", InquiryFails, 1),
    one("plnnontaglist", "3225030005923", Fails, 1),
    one("plnnontaglist", "4225030005921", PendingThenSucceeds, 1),
    one("plnnontaglist", "4225030005923", PendingThenFails, 1),
    one("emoney", "082100000001", Succeeds, 1),
    one("emoney", "082100000002", InquiryFails, 1),
    one("emoney", "082100000003", Fails, 1),
    one("emoney", "082110000001", PendingThenSucceeds, 1),
    one("emoney", "082110000003", PendingThenFails, 1),
    one("samsat", "9658548523568701,0212502110170100", Succeeds, 1),
    one("samsat", "9658548523568702,0212502110170100", InquiryFails, 1),
    one("samsat", "9658548523568705,0212502110170100", Fails, 1),
    one("samsat", "0658548523568701,0212502110170100", PendingThenSucceeds, 1),
    one("samsat", "0658548523568705,0212502110170100", PendingThenFails, 1),
    one("hp", "081234554320", Succeeds, 1),
    one("hp", "081234554321", InquiryFails, 1),
    one("hp", "081234554324", Fails, 1),
    one("hp", "081244554320", PendingThenSucceeds, 1),
    one("hp", "081244554324", PendingThenFails, 1),
];

const fn one(
    code: &'static str,
    number: &'static str,
    course: TestCourse,
    sheets: u32,
) -> TestNumber {
    TestNumber { code, number, course, sheets }
}

/// What the development key makes of a number; every other number succeeds with one sheet.
pub(crate) fn course(code: &str, number: &str) -> (TestCourse, u32) {
    let known = TEST_NUMBERS.iter().find(|known| known.code == code && known.number == number);
    known.map_or((Succeeds, 1), |known| (known.course, known.sheets))
}
