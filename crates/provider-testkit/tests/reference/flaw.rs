//! What is wrong with the reference provider, if anything is.

use ppob_types::Family;
use serde::Deserialize;

use Family::{MobileTopUp, PlnPrepaid, Water};

/// One mistake.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Flaw {
    SendsAgainWhenNothingCame,
    TakesLostForNotSent,
    TakesGatewayErrorsForRefusals,
    TakesUnlistedForRefused,
    TakesUnlistedForPaid,
    MendsCutAnswers,
    ReadsBeyondTheCap,
    BelievesAnyCustomer,
    BelievesAnyReference,
    BelievesAnyProduct,
    BlamesTheBill,
    ReadsDotsAsDecimals,
    ForgetsTheReceipt,
    ForgetsTheRawAnswer,
    ForgetsTheReference,
    PrintsAnyToken,
    SendsNumbersAsNumbers,
    DropsTheAmount,
    DropsTheCap,
    IgnoresTheBond,
    InventsTheReference,
    ChecksUnderANewReference,
    TakesNotFoundForRefused,
    TakesBrokenChecksForNotFound,
    DropsUnreadableRows,
    OpensClosedRows,
    TakesErrorsForEmptyLists,
    TakesUnsignedCallbacks,
    ReadsCallbacksBeforeTheirProof,
    ShowsTheKey,
    ShowsTheCustomer,
    SellsEverything,
    DeclaresWhatItHasNot,
}

/// Every flaw: the family in which it is looked for, and the cases that it makes fail; all others pass.
pub(crate) const FLAWS: [(Flaw, Family, &[&str]); 33] = [
    (
        Flaw::SendsAgainWhenNothingCame,
        PlnPrepaid,
        &[
            "a payment is one request whatever comes of it",
            "an end before the request is read is unknown",
            "a reset before the request is read is unknown",
        ],
    ),
    (
        Flaw::TakesLostForNotSent,
        PlnPrepaid,
        &[
            "an end before the request is read is unknown",
            "a reset before the request is read is unknown",
            "an end in place of the answer is unknown",
            "a reset in place of the answer is unknown",
            "silence in place of the answer is unknown",
            "half a head is unknown",
            "half a body is unknown and kept",
            "a body that stalls is unknown",
            "bytes that are not http are unknown",
            "an interim answer and then silence is unknown",
        ],
    ),
    (
        Flaw::TakesGatewayErrorsForRefusals,
        MobileTopUp,
        &[
            "a gateway error is unknown whatever its body says",
            "a page is unknown whatever its status is",
        ],
    ),
    (
        Flaw::TakesUnlistedForRefused,
        Water,
        &["an answer on no list is unknown and shown to the operator"],
    ),
    (
        Flaw::TakesUnlistedForPaid,
        PlnPrepaid,
        &["an answer on no list is unknown and shown to the operator"],
    ),
    (Flaw::MendsCutAnswers, PlnPrepaid, &["an answer without its last letter is unknown"]),
    (Flaw::ReadsBeyondTheCap, PlnPrepaid, &["a body that is too long is unknown"]),
    (
        Flaw::BelievesAnyCustomer,
        PlnPrepaid,
        &[
            "a success for another customer is a mismatch",
            "an answer that names another customer is a mismatch",
        ],
    ),
    (
        Flaw::BelievesAnyReference,
        PlnPrepaid,
        &[
            "a success under another reference is a mismatch",
            "an answer that names another reference is a mismatch",
        ],
    ),
    (Flaw::BelievesAnyProduct, PlnPrepaid, &["a success for another product is a mismatch"]),
    (
        Flaw::BlamesTheBill,
        PlnPrepaid,
        &[
            "a listed refusal is rejected with its code and scope",
            "what is wrong with our account refuses no bill",
        ],
    ),
    (Flaw::ReadsDotsAsDecimals, PlnPrepaid, &["a success tells what was debited"]),
    (Flaw::ForgetsTheReceipt, MobileTopUp, &["a success has a receipt that can be printed"]),
    (Flaw::ForgetsTheRawAnswer, PlnPrepaid, &["every whole answer is kept"]),
    (
        Flaw::ForgetsTheReference,
        Water,
        &[
            "a pending payment is pending and can be asked about",
            "a check of a pending payment says pending",
            "a check finds what succeeded later",
            "a check finds what was refused later",
            "not found is not found and no refusal",
        ],
    ),
    (Flaw::PrintsAnyToken, PlnPrepaid, &["a token that lost a digit is not shown"]),
    (Flaw::SendsNumbersAsNumbers, PlnPrepaid, &["customer numbers are sent letter by letter"]),
    (
        Flaw::DropsTheAmount,
        PlnPrepaid,
        &["an amount or a parameter is sent or refused and never dropped"],
    ),
    (Flaw::DropsTheCap, PlnPrepaid, &["the cap of the cost is sent"]),
    (Flaw::IgnoresTheBond, Water, &["a payment without the token of its inquiry is not sent"]),
    (Flaw::InventsTheReference, PlnPrepaid, &["our reference is sent letter by letter"]),
    (
        Flaw::ChecksUnderANewReference,
        MobileTopUp,
        &[
            "a check that is a purchase sends the same request once",
            "a check answered about somebody else is an error",
            "a check with a code on no list is an error",
            "a payment whose answer was lost is found by our reference",
            "checks debit nothing",
        ],
    ),
    (
        Flaw::TakesNotFoundForRefused,
        PlnPrepaid,
        &["not found is not found and no refusal", "a payment that never arrived is not refused"],
    ),
    (
        Flaw::TakesBrokenChecksForNotFound,
        PlnPrepaid,
        &[
            "an error of a check says nothing about the payment",
            "a check whose answer lacks its last letter says nothing",
        ],
    ),
    (
        Flaw::DropsUnreadableRows,
        PlnPrepaid,
        &["a row that cannot be read is listed and not dropped"],
    ),
    (Flaw::OpensClosedRows, PlnPrepaid, &["a row that is not sold now is listed and closed"]),
    (
        Flaw::TakesErrorsForEmptyLists,
        PlnPrepaid,
        &["a refused price list is an error and no empty list"],
    ),
    (Flaw::TakesUnsignedCallbacks, PlnPrepaid, &["a callback without a proof is not authentic"]),
    (
        Flaw::ReadsCallbacksBeforeTheirProof,
        PlnPrepaid,
        &["a callback in which one byte was changed is not taken"],
    ),
    (Flaw::ShowsTheKey, PlnPrepaid, &["neither debug nor warnings show a secret"]),
    (
        Flaw::ShowsTheCustomer,
        PlnPrepaid,
        &["neither answers nor errors show a secret or a customer number"],
    ),
    (Flaw::SellsEverything, PlnPrepaid, &["what is not declared is unsupported and sends nothing"]),
    (
        Flaw::DeclaresWhatItHasNot,
        PlnPrepaid,
        &["the balance is the true one", "a broken balance is an error"],
    ),
];
