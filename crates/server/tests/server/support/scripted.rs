//! A provider that does what its script says.

use std::collections::{BTreeMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use ppob_provider::{
    AttemptRef, CallContext, Callback, CallbackError, Capability, InquiryRequest, InquiryRule,
    PayRequest, PpobProvider, ProviderError, ProviderErrorKind, ProviderInfo, RawCallback,
    RefusalTrial, RefusalTrust, SendPermit, StatusLookup, TrialError,
};
use ppob_types::{
    Bill, Cost, Family, FamilyDetails, Observed, PayAnswer, PayOutcome, PlnPrepaidDetails,
    PlnToken, PriceList, PriceRow, ProviderName, ProviderRef, RawAnswer, Receipt, ReceiptLine,
    RefusalCode, RefusalScope, Rejection, Rupiah, Sensitive, StatusReport, StatusVerdict,
    Timestamp, UnknownCause,
};
use tokio::sync::Semaphore;

use super::PLN_TOKEN;

/// What authentic callbacks carry.
pub(crate) const CALLBACK_SECRET: &str = "right-and-secret";

/// What the provider does when it is asked to pay.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Pay {
    Success,
    /// Waits until let go.
    Held,
    /// Nobody knows.
    Unknown,
    /// Nobody knows: the answer is on no list.
    Unlisted(&'static str),
    /// The number does not exist.
    NoSuchNumber,
}

/// A pattern that is text between `^` and `$`.
#[derive(Debug)]
struct Trial(String);

impl RefusalTrial for Trial {
    fn refuses(&self, answer: &RawAnswer) -> bool {
        answer.expose() == self.0
    }
}

/// A provider that does what its script says.
#[derive(Debug)]
pub(crate) struct Scripted {
    pub(super) info: ProviderInfo,
    script: Mutex<VecDeque<Pay>>,
    /// Why the next inquiries are not answered.
    pub(crate) silent: Mutex<VecDeque<ProviderErrorKind>>,
    reports: Mutex<VecDeque<StatusReport>>,
    pub(crate) charges: Mutex<Vec<String>>,
    /// What each callback says, by its body.
    pub(crate) callbacks: Mutex<BTreeMap<Vec<u8>, Callback>>,
    /// Every callback as it came.
    pub(crate) raw_callbacks: Mutex<Vec<RawCallback>>,
    /// Whether it sends callbacks at all.
    pub(crate) sends_callbacks: AtomicBool,
    /// The admin fee of tokens, in the price list.
    pub(crate) admin: AtomicI64,
    /// One permit per held payment.
    pub(crate) held: Semaphore,
    /// A permit lets one held payment go.
    pub(crate) gate: Semaphore,
}

impl Scripted {
    pub(super) fn new() -> Arc<Self> {
        Arc::new(Self {
            info: ProviderInfo {
                kind: "scripted",
                name: ProviderName::new("scripted-a").unwrap(),
                login: "one".into(),
                address: "here".into(),
                plaintext: true,
                price_list_every: Duration::from_mins(5),
                tells_balance: false,
            },
            script: Mutex::default(),
            silent: Mutex::default(),
            reports: Mutex::default(),
            charges: Mutex::default(),
            callbacks: Mutex::default(),
            raw_callbacks: Mutex::default(),
            sends_callbacks: AtomicBool::new(true),
            admin: AtomicI64::new(2_500),
            held: Semaphore::new(0),
            gate: Semaphore::new(0),
        })
    }

    pub(crate) fn will(&self, pays: impl IntoIterator<Item = Pay>) {
        self.script.lock().unwrap().extend(pays);
    }

    /// What the next status checks answer; without a report they are not answered.
    pub(crate) fn will_report(&self, verdict: StatusVerdict, observed: Observed) {
        self.reports.lock().unwrap().push_back(StatusReport { verdict, observed });
    }

    fn charge(&self, request: &PayRequest) -> PayAnswer {
        let mut charges = self.charges.lock().unwrap();
        charges.push(request.attempt.to_string());
        PayAnswer { outcome: PayOutcome::Succeeded, observed: observed(charges.len()) }
    }
}

#[async_trait]
impl PpobProvider for Scripted {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn capability(&self, _: Family) -> Capability {
        Capability {
            pay: true,
            inquiry: InquiryRule::Unbound,
            status: StatusLookup::ProviderReference,
            callbacks: true,
            late_execution_bound: Duration::from_mins(10),
            refusals: RefusalTrust::Authenticated,
            repeat_same_day: true,
            ..Capability::default()
        }
    }

    async fn price_list(&self, _: &CallContext) -> Result<PriceList, ProviderError> {
        let token = PriceRow {
            admin: Some(Rupiah::new(self.admin.load(Ordering::SeqCst))),
            ..row("TOKEN", Some(20_000), Cost::Fixed(Rupiah::new(20_700)))
        };
        let rows = vec![
            token,
            row("BILL", None, Cost::BillPlus(Rupiah::new(700))),
            row("PDAM SOMEWHERE/X", None, Cost::BillPlus(Rupiah::new(900))),
        ];
        Ok(PriceList { rows, unreadable: Vec::new() })
    }

    async fn inquire(
        &self,
        _: &CallContext,
        request: &InquiryRequest,
    ) -> Result<Bill, ProviderError> {
        if let Some(kind) = self.silent.lock().unwrap().pop_front() {
            // As no provider should word it: nothing of it may reach a caller.
            let message = format!("BUDI {} GAGAL", request.purchase.customer.expose());
            return Err(ProviderError::new(kind, message));
        }
        Ok(Bill {
            customer_name: Some(Sensitive::from("BUDI")),
            periods: vec!["202601".to_owned()],
            amount: Some(Rupiah::new(80_000)),
            admin: Some(Rupiah::new(2_500)),
            penalty: None,
            total: Rupiah::new(82_500),
            cost: Some(Rupiah::new(80_700)),
            details: FamilyDetails::None,
            lines: vec![ReceiptLine::new("Nama", "BUDI")],
            token: None,
        })
    }

    async fn pay(&self, _: &CallContext, request: &PayRequest, permit: SendPermit) -> PayAnswer {
        let pay = self.script.lock().unwrap().pop_front().unwrap_or(Pay::Success);
        let started = match permit.start() {
            Ok(started) => started,
            Err(cause) => return PayAnswer::not_sent(cause),
        };
        started.phase().mark_connected();
        match pay {
            Pay::Success => self.charge(request),
            Pay::Held => {
                self.held.add_permits(1);
                self.gate.acquire().await.unwrap().forget();
                self.charge(request)
            }
            Pay::Unknown => PayAnswer::unknown(UnknownCause::TimedOut),
            Pay::Unlisted(text) => PayAnswer {
                outcome: PayOutcome::Unknown(UnknownCause::Unlisted),
                observed: Observed {
                    unlisted: Some(text.to_owned()),
                    raw: Some(RawAnswer::new(text.as_bytes())),
                    ..Observed::default()
                },
            },
            Pay::NoSuchNumber => PayAnswer::bare(PayOutcome::Rejected(Rejection {
                code: RefusalCode::NumberInvalid,
                scope: RefusalScope::Bill,
            })),
        }
    }

    async fn check_status(
        &self,
        _: &CallContext,
        _: &AttemptRef,
    ) -> Result<StatusReport, ProviderError> {
        let next = self.reports.lock().unwrap().pop_front();
        next.ok_or_else(|| ProviderError::new(ProviderErrorKind::Unreadable, "no answer"))
    }

    fn decode_callback(&self, raw: &RawCallback) -> Result<Callback, CallbackError> {
        if !self.sends_callbacks.load(Ordering::SeqCst) {
            return Err(CallbackError::Unsupported);
        }
        self.raw_callbacks.lock().unwrap().push(raw.clone());
        let mut secrets = raw.headers.iter().filter(|(name, _)| name == "x-secret");
        if !secrets.any(|(_, secret)| secret.expose() == CALLBACK_SECRET) {
            return Err(CallbackError::NotAuthentic);
        }
        if raw.body == b"ping" {
            return Err(CallbackError::Ping);
        }
        self.callbacks.lock().unwrap().get(&raw.body).cloned().ok_or(CallbackError::Unreadable)
    }

    fn try_refusal(&self, pattern: &str) -> Result<Box<dyn RefusalTrial>, TrialError> {
        let text = pattern.strip_prefix('^').and_then(|rest| rest.strip_suffix('$'));
        let unanchored = || TrialError::Refused("it must begin with ^ and end with $".to_owned());
        Ok(Box::new(Trial(text.ok_or_else(unanchored)?.to_owned())))
    }
}

fn row(code: &str, nominal: Option<i64>, cost: Cost) -> PriceRow {
    PriceRow {
        provider_code: code.to_owned(),
        group: "PLN".to_owned(),
        name: code.to_owned(),
        nominal: nominal.map(Rupiah::new),
        admin: Some(Rupiah::new(2_500)),
        cost,
        open: true,
        cut_off: None,
    }
}

pub(crate) fn observed(serial: usize) -> Observed {
    let details = PlnPrepaidDetails {
        token: PlnToken::parse(PLN_TOKEN).ok(),
        kwh: Some("13,80".to_owned()),
        nominal: Some(Rupiah::new(20_000)),
        ..PlnPrepaidDetails::default()
    };
    let fields = [("ppob_reff", "REF1")];
    let receipt = Receipt {
        reference: Some(Sensitive::from("REF1")),
        customer_name: Some(Sensitive::from("BUDI")),
        details: FamilyDetails::PlnPrepaid(details),
        paid_at: Some(Timestamp::from_seconds(1_800_000_001)),
        raw_fields: fields.map(|(name, value)| (name.to_owned(), Sensitive::from(value))).into(),
        ..Receipt::default()
    };
    Observed {
        provider_ref: ProviderRef::new(&format!("INV{serial}")),
        charged: Some(Rupiah::new(20_700)),
        total: Some(Rupiah::new(22_500)),
        receipt: Some(Box::new(receipt)),
        raw: Some(RawAnswer::new(b"{}")),
        ..Observed::default()
    }
}
