//! The table of top-ups (document, *Prepaid, Response Code*).

use ppob_types::RefusalCode::{
    Credentials, Duplicate, InsufficientBalance, LimitReached, NumberInvalid, Other, ProductClosed,
};
use ppob_types::RefusalScope::{Bill, Provider};

use super::Says;

/// `(code, what it says)`, by the code.
#[rustfmt::skip]
const TABLE: [(&str, Says); 29] = [
    ("00", Says::Done),
    // Of a status check: nothing has arrived under this reference so far. It may still arrive.
    ("06", Says::NotFound),
    // The end of a transaction that was formed; status 2 says the same.
    ("07", Says::Failed(Other, Provider)),
    ("10", Says::AtTheDoor(LimitReached, Bill)),
    ("121", Says::AtTheDoor(LimitReached, Bill)),
    // The customer's wallet would hold more than it may: no provider can change that.
    ("12", Says::AtTheDoor(LimitReached, Bill)),
    // Blocked by IAK; another provider may serve the number.
    ("13", Says::AtTheDoor(NumberInvalid, Provider)),
    ("206", Says::AtTheDoor(NumberInvalid, Provider)),
    ("14", Says::AtTheDoor(NumberInvalid, Bill)),
    ("16", Says::AtTheDoor(NumberInvalid, Bill)),
    ("141", Says::AtTheDoor(NumberInvalid, Bill)),
    ("142", Says::AtTheDoor(NumberInvalid, Bill)),
    ("203", Says::AtTheDoor(NumberInvalid, Bill)),
    ("17", Says::AtTheDoor(InsufficientBalance, Provider)),
    ("20", Says::AtTheDoor(ProductClosed, Provider)),
    ("106", Says::AtTheDoor(ProductClosed, Provider)),
    // Maintenance, of all calls: it may have begun while a purchase was on its way.
    ("110", Says::NotNow(ProductClosed, Provider)),
    ("39", Says::Working),
    // The address we call from, our account, our key: the signature is checked before anything else.
    ("102", Says::TheCall(Credentials, Provider)),
    ("118", Says::TheCall(Credentials, Provider)),
    ("204", Says::TheCall(Credentials, Provider)),
    // A request that is not understood is not carried out.
    ("107", Says::TheCall(Other, Provider)),
    ("117", Says::TheCall(Other, Provider)),
    ("205", Says::TheCall(Other, Provider)),
    ("131", Says::AtTheDoor(Other, Bill)),
    // Answers inquiries about games only.
    ("143", Says::ByTheBiller(Other, Provider)),
    // Listed as pending: the biller's own code is one that IAK does not know.
    ("201", Says::Working),
    // The account's own guard: one purchase per number (and product) a day. What was bought before has
    // another reference, for a repeated reference is answered as a status check. It is of the number, not of
    // IAK: another provider may have no such guard, and would silently sell it a second time.
    ("202", Says::AtTheDoor(Duplicate, Bill)),
    ("207", Says::AtTheDoor(Duplicate, Bill)),
];

/// What a code of the prepaid host says; none if it has no row.
pub(crate) fn prepaid(code: &str) -> Option<Says> {
    TABLE.iter().find(|row| row.0 == code).map(|row| row.1)
}
