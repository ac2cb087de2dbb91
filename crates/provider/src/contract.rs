//! The trait a provider implements.

use std::fmt::Debug;
use std::time::Duration;

use async_trait::async_trait;
use ppob_types::{
    Bill, Family, PayAnswer, PriceList, ProviderName, ProviderRef, Receipt, Rupiah, Sensitive,
    StatusReport,
};

use crate::{
    AttemptRef, CallContext, Callback, CallbackError, Capability, InquiryRequest, PayRequest,
    ProviderError, RawCallback, RefusalTrial, SendPermit, TrialError,
};

/// Who a configured provider is. Never holds secrets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderInfo {
    /// The kind of provider, as in configuration, e.g. `mmbc`.
    pub kind: &'static str,
    /// The configured instance: one deposit account.
    pub name: ProviderName,
    /// What it logs in as: equal for the same deposit account, whatever its password is just now. What was
    /// sent to one account is never asked about at another, which may buy it once more.
    pub login: Sensitive,
    /// Where it is reached; all addresses that payments and status checks go to. What was sent to another
    /// one before is not asked about by a purchase: it may be another centre, which knows nothing of it.
    pub address: Sensitive,
    /// Whether requests and answers travel unencrypted, readable and forgeable on the way.
    pub plaintext: bool,
    /// How often the price list may be asked for.
    pub price_list_every: Duration,
    /// Whether [`PpobProvider::balance`] is supported.
    pub tells_balance: bool,
}

impl ProviderInfo {
    /// Whether both are the same deposit account.
    pub fn is_same_account(&self, other: &Self) -> bool {
        self.kind == other.kind && self.login == other.login
    }
}

/// A PPOB provider: one account at one aggregator.
///
/// Reads may be repeated by layers around the provider; [`pay`](Self::pay) never is. Methods a
/// provider does not have keep their default, which answers
/// [`ProviderErrorKind::Unsupported`](crate::ProviderErrorKind::Unsupported).
#[async_trait]
pub trait PpobProvider: Send + Sync + Debug + 'static {
    /// Who this is.
    fn info(&self) -> &ProviderInfo;

    /// What it can do for a family. [`Capability::default`] is nothing.
    fn capability(&self, family: Family) -> Capability;

    /// Fetches the price list.
    ///
    /// # Errors
    /// [`ProviderError`] if there is no usable list; the engine keeps the one it has.
    ///
    /// # Cancel safety
    /// Safe: it is a read.
    async fn price_list(&self, cx: &CallContext) -> Result<PriceList, ProviderError> {
        let _ = cx;
        Err(ProviderError::unsupported("price list"))
    }

    /// Asks what is owed. Moves no money.
    ///
    /// # Errors
    /// [`ProviderErrorKind::Refused`](crate::ProviderErrorKind::Refused) if the provider says that
    /// there is no such bill; other kinds if it could not be asked.
    ///
    /// # Cancel safety
    /// Safe: it is a read.
    async fn inquire(
        &self,
        cx: &CallContext,
        request: &InquiryRequest,
    ) -> Result<Bill, ProviderError> {
        let _ = (cx, request);
        Err(ProviderError::unsupported("inquiry"))
    }

    /// Pays. Called at most once per attempt.
    ///
    /// # Behavior
    /// - Sends at most one request, by handing `permit` to `ppob_http::PayClient`; never repeats it.
    /// - Says `NotSent` only when no byte of the request was written.
    /// - Says `Rejected` only for refusals on its own list of definite ones.
    /// - Says `Unknown` for everything it does not understand: unlisted codes, unreadable or cut
    ///   answers, 5xx, an answer about another customer or product.
    ///
    /// # Cancel safety
    /// Not safe: dropping the future after the send began makes the outcome unknown. The engine
    /// runs it in a task of its own and never drops it.
    async fn pay(&self, cx: &CallContext, request: &PayRequest, permit: SendPermit) -> PayAnswer;

    /// Asks what became of an attempt.
    ///
    /// # Errors
    /// [`ProviderError`] if it could not be asked. That says nothing about the attempt.
    ///
    /// # Cancel safety
    /// Safe: it is a read.
    async fn check_status(
        &self,
        cx: &CallContext,
        attempt: &AttemptRef,
    ) -> Result<StatusReport, ProviderError> {
        let _ = (cx, attempt);
        Err(ProviderError::unsupported("status check"))
    }

    /// Asks what became of an attempt by making its purchase again under the same reference. Called instead of
    /// [`check_status`](Self::check_status) where [`Capability::status_is_purchase`] is given. If the first
    /// request never arrived, this one buys, so it needs a permit of its own and is sent at most once.
    ///
    /// `known` is the provider's reference of the attempt, where an answer of the provider named one. An answer
    /// that names another is about another transaction, and may be about a second purchase: it is no verdict.
    ///
    /// # Errors
    /// [`ProviderError`] if no readable answer came. That says nothing about the attempt, which this call may
    /// have bought.
    ///
    /// # Cancel safety
    /// Not safe, as [`pay`](Self::pay).
    async fn check_by_purchase(
        &self,
        cx: &CallContext,
        request: &PayRequest,
        known: Option<&ProviderRef>,
        permit: SendPermit,
    ) -> Result<StatusReport, ProviderError> {
        let _ = (cx, request, known, permit);
        Err(ProviderError::unsupported("status check by purchase"))
    }

    /// Our deposit at the provider.
    ///
    /// # Errors
    /// [`ProviderError`] if it could not be asked.
    ///
    /// # Cancel safety
    /// Safe: it is a read.
    async fn balance(&self, cx: &CallContext) -> Result<Rupiah, ProviderError> {
        let _ = cx;
        Err(ProviderError::unsupported("balance"))
    }

    /// Whether a connection to the provider can be made, encryption included. Sends neither a request nor
    /// credentials.
    ///
    /// # Errors
    /// [`ProviderErrorKind::Transport`](crate::ProviderErrorKind::Transport) if it cannot.
    ///
    /// # Cancel safety
    /// Safe.
    async fn reach(&self) -> Result<(), ProviderError> {
        Err(ProviderError::unsupported("trying out a connection"))
    }

    /// A pattern for refusals as it would stand in this provider's configuration, ready to be tried on
    /// stored answers. Pure, and changes nothing.
    ///
    /// # Errors
    /// [`TrialError`] if the configuration would not take it, with the sentence it would say.
    fn try_refusal(&self, pattern: &str) -> Result<Box<dyn RefusalTrial>, TrialError> {
        let _ = pattern;
        Err(TrialError::Unsupported)
    }

    /// Reads a callback: verifies it and says which attempt it speaks of. Pure.
    ///
    /// # Errors
    /// [`CallbackError`] if it is not authentic, not readable, or not supported.
    fn decode_callback(&self, raw: &RawCallback) -> Result<Callback, CallbackError> {
        let _ = raw;
        Err(CallbackError::Unsupported)
    }

    /// The receipt that a callback brings, which [`decode_callback`](Self::decode_callback) has read as the
    /// success of a purchase of this family. Asked for once it is known whose it is, because only the family
    /// says what may be a token, which stands in its own field only. Pure.
    fn receipt_of_callback(&self, family: Family, raw: &RawCallback) -> Option<Receipt> {
        let _ = (family, raw);
        None
    }
}
