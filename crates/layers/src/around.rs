//! One decorator, written once: what stands around a provider's calls.

use std::fmt;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};

use async_trait::async_trait;
use ppob_provider::{
    AttemptRef, CallContext, Callback, CallbackError, Capability, InquiryRequest, PayRequest,
    PpobProvider, ProviderError, ProviderInfo, RawCallback, RefusalTrial, SendPermit, TrialError,
};
use ppob_types::{Bill, Family, PayAnswer, PriceList, ProviderRef, Receipt, Rupiah, StatusReport};

/// What is being called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Operation {
    PriceList,
    Inquiry,
    Pay,
    Status,
    Balance,
}

/// One read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Read {
    pub(crate) operation: Operation,
    /// It may be dropped. Not so where a status check is itself a purchase.
    pub(crate) may_be_dropped: bool,
    /// It may be made again. Not so either where the provider takes a reference of ours once, or wants some
    /// time between two calls for it.
    pub(crate) may_be_repeated: bool,
}

/// Calls the next layer in; each call of it is one more read.
pub(crate) type Next<'a, T> =
    Box<dyn Fn() -> Running<'a, Result<T, ProviderError>> + Send + Sync + 'a>;

/// A call on its way.
pub(crate) type Running<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// What a layer does around calls.
pub(crate) trait Around: Send + Sync + 'static {
    /// As in the order of the stack.
    const NAME: &'static str;

    /// Around a read.
    fn read<'a, T: Send + 'a>(
        &'a self,
        read: Read,
        next: Next<'a, T>,
    ) -> Running<'a, Result<T, ProviderError>>;

    /// Around the call that pays. A layer may look on; it must run `paying` to its end, without
    /// waiting before it, and cannot run it twice.
    fn pay<'a>(
        &'a self,
        _request: &'a PayRequest,
        paying: Running<'a, PayAnswer>,
    ) -> Running<'a, PayAnswer> {
        paying
    }
}

/// A provider with a layer around it.
struct Layered<A> {
    inner: Arc<dyn PpobProvider>,
    around: A,
}

/// Puts `around` around `inner`.
pub(crate) fn layer<A: Around>(inner: Arc<dyn PpobProvider>, around: A) -> Arc<dyn PpobProvider> {
    Arc::new(Layered { inner, around })
}

#[async_trait]
impl<A: Around> PpobProvider for Layered<A> {
    fn info(&self) -> &ProviderInfo {
        self.inner.info()
    }

    fn capability(&self, family: Family) -> Capability {
        self.inner.capability(family)
    }

    async fn price_list(&self, cx: &CallContext) -> Result<PriceList, ProviderError> {
        let next = Box::new(|| self.inner.price_list(cx));
        self.around.read(Operation::PriceList.read(), next).await
    }

    async fn inquire(
        &self,
        cx: &CallContext,
        request: &InquiryRequest,
    ) -> Result<Bill, ProviderError> {
        let next = Box::new(|| self.inner.inquire(cx, request));
        let read =
            Read { may_be_repeated: request.reference.is_none(), ..Operation::Inquiry.read() };
        self.around.read(read, next).await
    }

    async fn pay(&self, cx: &CallContext, request: &PayRequest, permit: SendPermit) -> PayAnswer {
        let paying = self.inner.pay(cx, request, permit);
        self.around.pay(request, paying).await
    }

    async fn check_status(
        &self,
        cx: &CallContext,
        attempt: &AttemptRef,
    ) -> Result<StatusReport, ProviderError> {
        let next = Box::new(|| self.inner.check_status(cx, attempt));
        let gap = self.inner.capability(attempt.purchase.family).status_gap;
        let read = Read { may_be_repeated: gap.is_zero(), ..Operation::Status.read() };
        self.around.read(read, next).await
    }

    async fn check_by_purchase(
        &self,
        cx: &CallContext,
        request: &PayRequest,
        known: Option<&ProviderRef>,
        permit: SendPermit,
    ) -> Result<StatusReport, ProviderError> {
        let read =
            Read { operation: Operation::Status, may_be_dropped: false, may_be_repeated: false };
        // One permit is one send, whatever a layer does.
        let permit = Mutex::new(Some(permit));
        let next: Next<'_, StatusReport> = Box::new(|| {
            let permit = permit.lock().unwrap_or_else(PoisonError::into_inner).take();
            match permit {
                Some(permit) => self.inner.check_by_purchase(cx, request, known, permit),
                None => Box::pin(async {
                    Err(ProviderError::unsupported("a second status check by one permit"))
                }),
            }
        });
        self.around.read(read, next).await
    }

    async fn balance(&self, cx: &CallContext) -> Result<Rupiah, ProviderError> {
        let next = Box::new(|| self.inner.balance(cx));
        self.around.read(Operation::Balance.read(), next).await
    }

    async fn reach(&self) -> Result<(), ProviderError> {
        self.inner.reach().await
    }

    fn try_refusal(&self, pattern: &str) -> Result<Box<dyn RefusalTrial>, TrialError> {
        self.inner.try_refusal(pattern)
    }

    fn decode_callback(&self, raw: &RawCallback) -> Result<Callback, CallbackError> {
        self.inner.decode_callback(raw)
    }

    fn receipt_of_callback(&self, family: Family, raw: &RawCallback) -> Option<Receipt> {
        self.inner.receipt_of_callback(family, raw)
    }
}

impl Operation {
    /// The stable name, as in metrics and traces.
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::PriceList => "price-list",
            Self::Inquiry => "inquiry",
            Self::Pay => "pay",
            Self::Status => "status",
            Self::Balance => "balance",
        }
    }

    const fn read(self) -> Read {
        Read { operation: self, may_be_dropped: true, may_be_repeated: true }
    }
}

/// `outer > inner > … > provider`, so that the order can be read and tested.
impl<A: Around> fmt::Debug for Layered<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} > {:?}", A::NAME, self.inner)
    }
}
