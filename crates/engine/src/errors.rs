//! Why something was not done. Each says whether a payment may have been accepted.

use std::time::Duration;

use ppob_types::{
    CustomerNumberError, Family, PaymentId, ProductCode, RefusalCode, Rupiah, Timestamp,
};

/// Why a payment was not taken in. All but [`CreateError::Unclear`] mean: not accepted, nothing was
/// sent, no money moved, and the `payment_id` is still free (unless it says otherwise).
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CreateError {
    /// No provider sells it, or there is no such code.
    #[error(
        "there is no product {0} in the catalogue; nothing was accepted. List the products to see the codes"
    )]
    UnknownProduct(ProductCode),
    /// The customer number breaks the grammar of the family.
    #[error("{0}; nothing was accepted")]
    NumberInvalid(#[from] CustomerNumberError),
    /// A field of the request does not fit the product.
    #[error("{field}: {problem}; nothing was accepted")]
    FieldInvalid {
        /// The field, as the API names it.
        field: &'static str,
        /// What is wrong and what to do.
        problem: &'static str,
    },
    /// The price is above the approved or allowed total.
    #[error(
        "the total is {total}, more than the approved {approved}; nothing was accepted. Show the customer the new total and ask again"
    )]
    TotalAboveApproved {
        /// The lowest total of the list.
        total: Rupiah,
        /// What was approved.
        approved: Rupiah,
    },
    /// The id belongs to another request of this consumer.
    #[error(
        "this payment_id was used for another request; nothing was done. Use a new id, or repeat the first request unchanged"
    )]
    IdReused,
    /// The id was abandoned before it came into being.
    #[error(
        "this payment_id was abandoned and can never become a payment; nothing was accepted. Use a new id"
    )]
    Abandoned,
    /// Another payment for the same product and customer is open.
    #[error(
        "a payment for this product and customer is still open; nothing was accepted. Wait for it to end"
    )]
    DuplicateInProgress {
        /// The open payment, if it is this consumer's.
        holder: Option<PaymentId>,
    },
    /// An equal payment succeeded a short while ago.
    #[error(
        "the same product was paid for this customer {}; nothing was accepted. To pay once more on purpose, set repeat = {repeat}", moment(*succeeded_at))]
    RepeatNeeded {
        /// The `repeat` that is accepted.
        repeat: u32,
        /// When the earlier payment succeeded, if it was this consumer's.
        succeeded_at: Option<Timestamp>,
    },
    /// The consumer may not buy products of this family.
    #[error(
        "this consumer may not buy products of the family {0}; nothing was accepted. Ask the operator for it"
    )]
    FamilyNotAllowed(Family),
    /// The payment may come to more than one payment of this consumer may.
    #[error(
        "the payment may come to {total}, more than the {limit} that one payment of this consumer may; nothing was accepted"
    )]
    AbovePaymentLimit {
        /// The most it may come to.
        total: Rupiah,
        /// The consumer's limit.
        limit: Rupiah,
    },
    /// With this payment the consumer would pass its limit of the day.
    #[error(
        "the payment may come to {total}, and {counted} of this consumer's {limit} of the day (WIB) are used or set aside; nothing was accepted. Payments that fail give theirs back"
    )]
    AboveDayLimit {
        /// The most it may come to.
        total: Rupiah,
        /// What the payments of the day count already.
        counted: Rupiah,
        /// The consumer's limit.
        limit: Rupiah,
    },
    /// As many payments of this consumer are being worked on as may be.
    #[error(
        "{limit} payments of this consumer are being worked on, as many as may be at a time; nothing was accepted. Try again when one has ended"
    )]
    TooManyInFlight {
        /// The consumer's limit.
        limit: u32,
    },
    /// There is no such inquiry of this consumer.
    #[error("there is no such inquiry; nothing was accepted. Inquire again")]
    InquiryUnknown,
    /// The inquiry is too old.
    #[error(
        "the inquiry has expired; nothing was accepted. Inquire again and show the customer the new bill"
    )]
    InquiryExpired,
    /// The engine is stopping.
    #[error(
        "the engine is stopping and takes no new payments; nothing was accepted. Ask another replica or try again shortly"
    )]
    Draining,
    /// The journal could not be used, and certainly nothing was written.
    #[error(
        "the journal cannot be used just now; nothing was accepted. Try again with the same id"
    )]
    JournalUnavailable,
    /// The journal did not say whether the payment was written. It may be accepted.
    #[error(
        "it is not known yet whether the payment was accepted; repeat the same request with the same id, or get the payment"
    )]
    Unclear,
}

/// Why a bill could not be shown. An inquiry moves no money.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InquireError {
    /// No provider sells it, or there is no such code.
    #[error(
        "there is no product {0} in the catalogue; nothing was paid. List the products to see the codes"
    )]
    UnknownProduct(ProductCode),
    /// The customer number breaks the grammar of the family.
    #[error("{0}")]
    NumberInvalid(#[from] CustomerNumberError),
    /// A field of the request does not fit the product.
    #[error("{field}: {problem}")]
    FieldInvalid {
        /// The field, as the API names it.
        field: &'static str,
        /// What is wrong and what to do.
        problem: &'static str,
    },
    /// The provider said no.
    #[error("the biller refused the inquiry ({}): {message}", code.as_str())]
    Refused {
        /// Why, in our words.
        code: RefusalCode,
        /// For people.
        message: String,
    },
    /// No provider that can be asked is open for this product.
    #[error(
        "no provider can be asked about this product just now; nothing was paid. Try again later"
    )]
    NoRoute,
    /// Every provider asked failed to answer.
    #[error("no provider answered the inquiry; nothing was paid. Try again")]
    Unanswered,
    /// The journal could not remember the inquiry.
    #[error("the journal cannot be used just now; nothing was paid. Try again")]
    JournalUnavailable,
}

/// Why a question could not be answered.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum QueryError {
    /// There is no such payment of this consumer.
    #[error(
        "there is no such payment; that is no promise that it will not come. To get that promise, abandon the id"
    )]
    NotFound,
    /// There is no such product.
    #[error("there is no product {0} in the catalogue; list the products to see the codes")]
    UnknownProduct(ProductCode),
    /// The journal could not be read.
    #[error("the journal cannot be read just now; nothing changed. Try again")]
    JournalUnavailable,
}

/// Why a payment was not abandoned.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AbandonError {
    /// An attempt is alive.
    #[error(
        "an attempt is on its way or in doubt, so the payment may still be made; no further attempt will begin. Watch the payment"
    )]
    AttemptAlive,
    /// It has ended.
    #[error("the payment was paid, so it cannot be abandoned any more; get it to see how it ended")]
    Ended,
    /// The journal could not be used.
    #[error(
        "the journal cannot be used just now; it is not known whether the payment is abandoned. Try again"
    )]
    JournalUnavailable,
}

/// Why an operator's action was not done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OperateError {
    /// There is no such payment.
    #[error("there is no such payment; nothing was changed. Check the consumer and the id")]
    NoSuchPayment,
    /// There is no such provider.
    #[error("there is no such provider; nothing was changed. List the providers to see the names")]
    NoSuchProvider,
    /// A field is missing or wrong.
    #[error("{field}: {problem}")]
    FieldInvalid {
        /// The field, as the API names it.
        field: &'static str,
        /// What is wrong and what to do.
        problem: &'static str,
    },
    /// The payment is not in doubt.
    #[error("the payment is not in doubt; nothing was changed, and there is nothing to resolve")]
    NotInDoubt,
    /// The provider may still execute the attempt.
    #[error("the provider may still execute this attempt until {} WIB; it cannot be called not executed before. Nothing was changed", until.wib())]
    TooEarly {
        /// When the bound has passed.
        until: Timestamp,
    },
    /// The provider could still execute the attempt when its review was shown.
    #[error(
        "when you were shown this payment the provider could still execute the attempt, so nothing that was seen then tells. Nothing was changed: look at the review and at the provider's records again, and decide then"
    )]
    SeenTooEarly,
    /// The provider does not confirm what the operator said.
    #[error("the provider does not confirm it: {why}. The payment was not changed{}", if *withdrawn { "; the verdict that waited for a second person is withdrawn, because two persons disagree" } else { "" })]
    NotConfirmed {
        /// What did not fit.
        why: String,
        /// Whether a verdict that waited for a second person was withdrawn.
        withdrawn: bool,
    },
    /// The provider cannot be asked about any reference.
    #[error(
        "the provider cannot be asked about a reference, so nothing shows that it was paid; the payment was not changed. Only what the engine has verified is called paid: ask the provider for a way to look payments up"
    )]
    NotVerifiable,
    /// Another person has to agree.
    #[error("a second person has to agree that nothing was paid: {why}. Nothing was changed")]
    SecondPersonNeeded {
        /// What is wrong with who says so.
        why: &'static str,
    },
    /// No attempt is open that could be asked about.
    #[error(
        "the payment has no attempt whose outcome is open; there is nothing to ask. Nothing was changed"
    )]
    NothingToCheck,
    /// The provider cannot be asked with what is known.
    #[error(
        "the provider cannot be asked about this payment with what is known; find the provider's own number of it, or resolve it with evidence. Nothing was changed"
    )]
    CheckNotPossible,
    /// The provider may not be asked again yet.
    #[error("the provider may be asked again at {} WIB; nothing was changed", until.wib())]
    CheckTooEarly {
        /// When it may.
        until: Timestamp,
        /// How long that is.
        after: Duration,
    },
    /// The file is no statement that can be read.
    #[error("the statement cannot be read: {0}. Nothing was taken from it")]
    StatementUnreadable(String),
    /// The id of a deposit stands for another one.
    #[error(
        "this deposit_id was recorded with another provider, amount, time or reference; nothing was recorded. If this is another deposit, give it an id of its own"
    )]
    DepositIdReused,
    /// The provider would not take a pattern in its configuration.
    #[error("{0}; nothing was changed")]
    PatternRefused(String),
    /// The payment had ended otherwise by the time the provider confirmed it.
    #[error(
        "the provider confirms that it was paid, but the payment had ended otherwise meanwhile; the charge is recorded as a late one, and how the payment ended stays. Look at it again"
    )]
    Contradicts,
    /// The reference settles another payment.
    #[error(
        "this provider reference settles another payment already; one reference settles one payment. Nothing was changed"
    )]
    ReferenceTaken,
    /// The provider could not be asked.
    #[error("the provider could not be asked: {0}. Nothing was changed; try again")]
    ProviderUnavailable(String),
    /// Somebody else changed the payment meanwhile.
    #[error("the payment changed meanwhile; nothing was changed by this call. Look at it again")]
    Changed,
    /// The journal could not be used.
    #[error(
        "the journal cannot be used just now, and it is not known whether anything was changed; look before trying again"
    )]
    JournalUnavailable,
}

impl CreateError {
    /// Whether the payment may have been accepted in spite of this error.
    pub const fn may_be_accepted(&self) -> bool {
        matches!(self, Self::Unclear)
    }

    /// When trying again makes sense, if it does without a change of the request.
    pub const fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Draining
            | Self::JournalUnavailable
            | Self::Unclear
            | Self::TooManyInFlight { .. } => Some(Duration::from_secs(1)),
            _ => None,
        }
    }
}

/// When an earlier payment succeeded, as far as it may be told.
fn moment(succeeded_at: Option<Timestamp>) -> String {
    succeeded_at.map_or_else(|| "shortly before".to_owned(), |at| format!("at {} WIB", at.wib()))
}
