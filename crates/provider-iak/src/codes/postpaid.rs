//! The table of bills (document, *Postpaid, Response Code*).

use ppob_types::RefusalCode::{
    AmountInvalid, Credentials, CutOff, Duplicate, InsufficientBalance, LimitReached,
    NumberInvalid, Other, ProductClosed,
};
use ppob_types::RefusalScope::{Bill, Provider};

use super::Says;

/// `(code, what it says)`, by the code.
#[rustfmt::skip]
const TABLE: [(&str, Says); 48] = [
    ("00", Says::Done),
    // "Already paid", in three wordings. If we have just sent the payment, it may be ours.
    ("01", Says::AlreadyPaid),
    ("34", Says::AlreadyPaid),
    ("40", Says::AlreadyPaid),
    // Only reached inquiry status: as 42.
    ("02", Says::NotReceived),
    ("42", Says::NotReceived),
    ("03", Says::AtTheDoor(Other, Provider)),
    // The inquiry ran out, or the bill did at the biller: it does not say whose number has expired, and a
    // request that came twice may be told so the second time. Right after an inquiry it is rare.
    ("04", Says::ByTheBiller(Other, Provider)),
    // The document's column says pending, its remedy says failed.
    ("05", Says::Unclear),
    // No inquiry has this number, so nothing could be paid by it.
    ("06", Says::NotFound),
    // The documented flow closes a payment as failed by the status check only.
    ("07", Says::Failed(Other, Provider)),
    ("37", Says::Failed(Other, Provider)),
    ("38", Says::Failed(Other, Provider)),
    // Blocked by IAK; another provider may serve the number.
    ("08", Says::ByTheBiller(NumberInvalid, Provider)),
    ("13", Says::ByTheBiller(NumberInvalid, Provider)),
    ("09", Says::ByTheBiller(Other, Provider)),
    ("33", Says::ByTheBiller(Other, Provider)),
    ("10", Says::ByTheBiller(Other, Bill)),
    // Somebody has used the reference: of an inquiry, that there is one already.
    ("11", Says::ByTheBiller(Duplicate, Provider)),
    ("14", Says::ByTheBiller(NumberInvalid, Bill)),
    ("15", Says::ByTheBiller(NumberInvalid, Bill)),
    ("16", Says::ByTheBiller(NumberInvalid, Bill)),
    ("17", Says::AtTheDoor(InsufficientBalance, Provider)),
    ("20", Says::AtTheDoor(ProductClosed, Provider)),
    // Out of service is the biller, who may have gone between taking the payment and saying so: its inquiry
    // was answered right before.
    ("106", Says::ByTheBiller(ProductClosed, Provider)),
    // Maintenance, of whichever system answers: it may have begun while a payment was on its way.
    ("110", Says::NotNow(ProductClosed, Provider)),
    // To be paid at the biller's own counter, whoever is asked.
    ("30", Says::ByTheBiller(Other, Bill)),
    ("36", Says::ByTheBiller(Other, Bill)),
    ("41", Says::ByTheBiller(Other, Bill)),
    ("31", Says::ByTheBiller(LimitReached, Bill)),
    // All periods at once, or another arrear first.
    ("32", Says::ByTheBiller(Other, Bill)),
    ("35", Says::ByTheBiller(Other, Bill)),
    ("39", Says::Working),
    // An error on IAK's side after which nobody says how far the request came.
    ("91", Says::Unclear),
    // The biller's own code is one that IAK does not know "yet".
    ("92", Says::Unclear),
    ("93", Says::ByTheBiller(AmountInvalid, Bill)),
    ("94", Says::ByTheBiller(Other, Provider)),
    // Who calls is checked before what is called for.
    ("100", Says::TheCall(Credentials, Provider)),
    ("102", Says::TheCall(Credentials, Provider)),
    ("118", Says::TheCall(Credentials, Provider)),
    // A request that is not understood is not carried out.
    ("101", Says::TheCall(Other, Provider)),
    ("107", Says::TheCall(Other, Provider)),
    ("117", Says::TheCall(Other, Provider)),
    // A time-out is listed as failed, with "try again". Towards the biller it may have been paid.
    ("103", Says::Unclear),
    // The biller's system erred, before or after it paid.
    ("105", Says::Unclear),
    ("108", Says::ByTheBiller(NumberInvalid, Bill)),
    // PLN, 23:00 to 01:00 Western Indonesian Time: requests are not taken.
    ("109", Says::AtTheDoor(CutOff, Provider)),
    // Listed as pending: the biller's own code is one that IAK does not know.
    ("201", Says::Working),
];

/// What a code of the postpaid host says; none if it has no row.
pub(crate) fn postpaid(code: &str) -> Option<Says> {
    TABLE.iter().find(|row| row.0 == code).map(|row| row.1)
}
