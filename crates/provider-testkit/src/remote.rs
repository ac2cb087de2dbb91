//! The provider's end: a running simulator, and what it can be made to do.

use std::fmt;
use std::time::Duration;

use async_trait::async_trait;
use ppob_types::{AttemptId, Rejection, Rupiah};

use crate::Sample;

/// A running simulator in the hands of the kit. Stops when dropped.
#[async_trait]
pub trait Remote: Send + Sync {
    /// Where it listens: `http://127.0.0.1:PORT`, without a slash at the end.
    fn origin(&self) -> String;

    /// Prepares `scene` for one purchase and tells what to buy in it: `sample`, or the same family with
    /// another number or code where the simulator chooses by these. `attempt` is the reference under which
    /// the kit will pay, for answers that have to repeat it.
    async fn play(&self, scene: &Scene, sample: &Sample, attempt: &AttemptId) -> Play<Sample>;

    /// Prepares a price list and tells what is true of it.
    async fn prices(&self, scene: PriceScene) -> Play<PriceFacts>;

    /// Everything that was really debited, oldest first.
    async fn debits(&self) -> Vec<Debit>;

    /// Our deposit as it truly is, if the provider can be asked for it.
    async fn balance(&self) -> Option<Rupiah> {
        None
    }

    /// Lets time pass at the simulator: called before every status check that is a purchase. Nothing to do
    /// for a simulator that does not hold the gap against its own clock.
    async fn pass(&self, span: Duration) {
        let _ = span;
    }
}

/// How a scene is played.
#[derive(Clone, Debug)]
pub enum Play<T> {
    /// The simulator plays it.
    Set(T),
    /// The kit itself answers with these words, in the simulator's place, the one call that the scene is
    /// about. Everything else goes to the simulator.
    Says(T, Saying),
    /// The protocol has no words for it, for this reason.
    CannotSay(&'static str),
}

/// An answer, word by word.
#[derive(Clone, PartialEq, Eq)]
pub struct Saying {
    /// The HTTP status.
    pub status: u16,
    /// The body.
    pub body: Vec<u8>,
}

/// What shall happen to a purchase. The comment tells what the kit expects of the provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scene {
    /// Paid at once: `Succeeded`.
    Succeeds,
    /// Taken, and worked on for ever: `Pending`, and `Pending` at every check.
    Pending,
    /// `Pending`, and a check (the first to the third) says `Succeeded`.
    PendingThenSucceeds,
    /// `Pending`, and a check (the first to the third) says `Rejected`.
    PendingThenRefused,
    /// `Pending` or `Succeeded`, and the check says `NotFound`.
    ThenNotFound,
    /// `Pending` or `Succeeded`, and a check (the first to the third) says `Reversed`.
    ThenReversed,
    /// Refused for good, nothing debited: `Rejected` with exactly this.
    Refused(Rejection),
    /// A well-formed answer with a code, status word or text that is on no list: `Unknown(Unlisted)`.
    Unlisted,
    /// A success for another customer: `Unknown(Mismatch)`.
    AnotherCustomer,
    /// A success for another product: `Unknown(Mismatch)`.
    AnotherProduct,
    /// A success under another reference of ours: `Unknown(Mismatch)`.
    AnotherReference,
    /// A token is paid, but the answer has none yet: `Succeeded`, without a token.
    TokenMissing,
    /// A payment that stands; the check answers with a code that is on no list: an error of the check.
    CheckUnlisted,
    /// A payment that stands; the check answers about somebody else's: an error of the check.
    CheckOfAnother,
    /// Something is owed: a bill.
    Owed,
    /// The inquiry is refused: `ProviderErrorKind::Refused` with exactly this (`Credentials` for
    /// credentials).
    BillRefused(Rejection),
    /// The inquiry is answered with somebody else's bill: an error, but no refusal.
    BillOfAnother,
}

/// What shall come as a price list.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PriceScene {
    /// The ordinary list.
    Whole,
    /// A list with a product that is not sold now.
    WithClosed,
    /// A list with a row that cannot be read, and others that can.
    WithUnreadable,
    /// A refusal or an error in the list's place.
    Refused,
}

/// What is true of a price list.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PriceFacts {
    /// How many rows can be read. Rows that stand twice word by word count once.
    pub readable: usize,
    /// How many rows cannot.
    pub unreadable: usize,
    /// Codes of rows that are not sold now. Nothing else may be closed.
    pub closed: Vec<String>,
    /// Codes whose cost is a fixed price, and the price; as many as the author cares to state.
    pub fixed: Vec<(String, Rupiah)>,
}

/// One real debit.
#[derive(Clone, PartialEq, Eq)]
pub struct Debit {
    /// The provider's own code of the product.
    pub provider_code: String,
    /// For whom, as it stood on the wire.
    pub customer: String,
    /// What left the deposit.
    pub cost: Rupiah,
    /// What the end customer pays according to the provider, if the protocol tells it in an answer.
    pub total: Option<Rupiah>,
    /// The 20 digits of an electricity token.
    pub token: Option<String>,
    /// Whether the deposit got it back.
    pub refunded: bool,
}

impl Saying {
    /// With HTTP status 200.
    pub fn ok(body: impl Into<Vec<u8>>) -> Self {
        Self { status: 200, body: body.into() }
    }
}

impl<T> Play<T> {
    /// The same play about something else.
    pub fn map<U>(self, change: impl FnOnce(T) -> U) -> Play<U> {
        match self {
            Self::Set(subject) => Play::Set(change(subject)),
            Self::Says(subject, saying) => Play::Says(change(subject), saying),
            Self::CannotSay(reason) => Play::CannotSay(reason),
        }
    }
}

/// Shows how long the body is.
impl fmt::Debug for Saying {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Saying")
            .field("status", &self.status)
            .field("bytes", &self.body.len())
            .finish()
    }
}

/// Shows neither the customer nor the token.
impl fmt::Debug for Debit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Debit")
            .field("provider_code", &self.provider_code)
            .field("cost", &self.cost)
            .field("total", &self.total)
            .field("refunded", &self.refunded)
            .finish_non_exhaustive()
    }
}
