//! The plugin: from the contract's calls to requests and back.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use async_trait::async_trait;
use ppob_http::{BaseUrl, PayClient, ReadClient, Request, SendResult, Timeouts, reach};
use ppob_provider::{
    AttemptRef, BuildError, BuildRequest, BuiltProvider, CallContext, Callback, CallbackError,
    Capability, InquiryRequest, InquiryRule, PayRequest, PpobProvider, ProductMapping,
    ProviderError, ProviderErrorKind, ProviderInfo, ProviderKind, PurchaseAsStatus, RawCallback,
    RefusalTrust, SendPermit, StatusLookup,
};
use ppob_types::{
    Bill, Family, NotSentCause, PayAnswer, PriceList, ProviderRef, Purchase, Receipt, Rupiah,
    StatusReport,
};
use secrecy::{ExposeSecret, SecretString};

use crate::config::{Config, Settings};
use crate::echo::Asked;
use crate::prices::{self, Kind};
use crate::request::{Ask, Command, PlnInquiry, Transaction, customer_no};
use crate::sign::{BALANCE, PRICES, sign};
use crate::{balance, callback, inquiry, mapping, pay, status};

/// Digiflazz, for the registry. Its settings stand in the configuration's example.
pub const KIND: ProviderKind = ProviderKind { kind: "digiflazz", build };

/// Within a minute, two calls for one reference may be carried out twice, at the buyer's risk (documented).
const LEAST_GAP: Duration = Duration::from_mins(1);

/// After 90 days a repeated reference buys again (documented); some days are kept away from that.
const MOST_AGE: Duration = Duration::from_hours(85 * 24);

/// How long an inquiry may be paid, besides that it must be the same day: bills are not frozen by asking.
const BILL_VALID_FOR: Duration = Duration::from_mins(30);

/// One account at Digiflazz.
struct Digiflazz {
    info: ProviderInfo,
    username: SecretString,
    api_key: SecretString,
    testing: bool,
    webhook_secret: Option<SecretString>,
    callback_url: Option<String>,
    pay: PayClient,
    read: ReadClient,
    trust: RefusalTrust,
    late_execution_bound: Duration,
    base: BaseUrl,
    read_timeouts: Timeouts,
    /// Half of a price list, for when Digiflazz gives only the other half out: which, and when it came.
    half: Mutex<Option<Half>>,
}

/// One of both price lists.
#[derive(Clone)]
struct Half {
    kind: Kind,
    list: PriceList,
    came_at: ppob_types::Monotonic,
}

/// What a transaction is about.
#[derive(Clone, Copy)]
struct Subject<'a> {
    purchase: &'a Purchase,
    customer: &'a str,
    code: &'a str,
    reference: &'a str,
    max_cost: Option<Rupiah>,
}

fn build(request: BuildRequest) -> Result<BuiltProvider, BuildError> {
    let Settings {
        base,
        username,
        api_key,
        testing,
        webhook_secret,
        callback_url,
        pay_timeouts,
        read_timeouts,
        price_list_every,
        late_execution_bound,
        trust,
        warnings,
    } = Config::read(&request.settings)?.check()?;
    let client = |error: ppob_http::ClientError| BuildError::new("base_url", error.to_string());
    let info = ProviderInfo {
        kind: KIND.kind,
        name: request.name,
        // What is bought in its test world was never bought in the other.
        login: format!("{}{}", username.expose_secret(), if testing { " testing" } else { "" })
            .into(),
        address: base.address(),
        plaintext: base.is_plaintext(),
        price_list_every,
        tells_balance: true,
    };
    let provider = Digiflazz {
        info,
        username,
        api_key,
        testing,
        webhook_secret,
        callback_url,
        pay: PayClient::new(base.clone(), pay_timeouts).map_err(client)?,
        read: ReadClient::new(base.clone(), read_timeouts).map_err(client)?,
        trust,
        late_execution_bound,
        base,
        read_timeouts,
        half: Mutex::new(None),
    };
    let mapping = if testing {
        ProductMapping::configured("testing".to_owned(), mapping::of_tests)
    } else {
        mapping::by_the_operator.into()
    };
    Ok(BuiltProvider { provider: Arc::new(provider), mapping, warnings })
}

impl Digiflazz {
    fn sign(&self, over: &str) -> String {
        sign(&self.username, &self.api_key, over)
    }

    fn transaction(&self, command: Command, subject: &Subject<'_>) -> Request {
        let prepaid = command == Command::TopUp;
        let details = command != Command::Status;
        let purchase = subject.purchase;
        let body = Transaction {
            commands: command.word(),
            username: self.username.expose_secret(),
            buyer_sku_code: subject.code,
            customer_no: subject.customer,
            ref_id: subject.reference,
            sign: &self.sign(subject.reference),
            testing: self.testing.then_some(true),
            max_price: subject.max_cost.filter(|_| prepaid).map(Rupiah::get),
            allow_dot: (prepaid && subject.customer.contains('.')).then_some(true),
            cb_url: self.callback_url.as_deref().filter(|_| prepaid),
            amount: purchase.amount.filter(|_| details).map(Rupiah::get),
            year: purchase.parameters.year.filter(|_| details),
        };
        Request::json("transaction", &body)
    }

    fn ask(&self, path: &str, cmd: &'static str, over: &str) -> Request {
        let username = self.username.expose_secret();
        Request::json(path, &Ask { cmd, username, sign: &self.sign(over) })
    }

    async fn prices_of(&self, kind: Kind) -> Result<PriceList, ProviderError> {
        let answer = self.read.ask(self.ask("price-list", kind.word(), PRICES)).await?;
        prices::interpret(kind, &answer)
    }

    fn remembered(&self) -> Option<Half> {
        self.half.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn remember(&self, half: Option<Half>) {
        *self.half.lock().unwrap_or_else(PoisonError::into_inner) = half;
    }

    async fn meter(&self, request: &InquiryRequest) -> Result<Bill, ProviderError> {
        let customer = request.purchase.customer.expose();
        let username = self.username.expose_secret();
        let sign = self.sign(customer);
        let body = PlnInquiry { username, customer_no: customer, sign: &sign };
        let answer = self.read.ask(Request::json("inquiry-pln", &body)).await?;
        let asked = Asked { reference: None, customer, code: None };
        inquiry::meter(&asked, &request.purchase, &answer)
    }
}

fn unanswered(cause: &str) -> ProviderError {
    let message = format!("the look-up of the purchase has no answer: {cause}");
    ProviderError::new(ProviderErrorKind::Transport, message)
}

impl Subject<'_> {
    const fn asked(&self) -> Asked<'_> {
        Asked { reference: Some(self.reference), customer: self.customer, code: Some(self.code) }
    }
}

#[async_trait]
impl PpobProvider for Digiflazz {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn capability(&self, family: Family) -> Capability {
        let common = Capability {
            pay: true,
            client_reference: true,
            status: StatusLookup::ClientReference,
            callbacks: self.webhook_secret.is_some(),
            late_execution_bound: self.late_execution_bound,
            refusals: self.trust,
            ..Capability::default()
        };
        if family.is_bill() {
            let inquiry = InquiryRule::Bound { valid_for: BILL_VALID_FOR, same_day: true };
            return Capability { inquiry, status_gap: LEAST_GAP, ..common };
        }
        let meter = family == Family::PlnPrepaid;
        Capability {
            inquiry: if meter { InquiryRule::Unbound } else { InquiryRule::None },
            status_is_purchase: Some(PurchaseAsStatus { min_gap: LEAST_GAP, max_age: MOST_AGE }),
            cost_cap: true,
            // Each row of the list says by `multi` whether it may; no family may as a whole.
            repeat_same_day: false,
            ..common
        }
    }

    /// Both lists are one: the limit is shared by them (seen). If Digiflazz holds that strictly, it refuses the
    /// second request; then what came last time stands in for it, and the next time it is asked for first.
    async fn price_list(&self, cx: &CallContext) -> Result<PriceList, ProviderError> {
        let usable_for = self.info.price_list_every.saturating_mul(3);
        let now = cx.clock.monotonic();
        let remembered = self.remembered().filter(|half| now.since(half.came_at) <= usable_for);
        let first = remembered.as_ref().map_or(Kind::Prepaid, |half| half.kind.other());
        let one = self.prices_of(first).await?;
        let half =
            |kind: Kind, list: &PriceList| Some(Half { kind, list: list.clone(), came_at: now });
        match self.prices_of(first.other()).await {
            Ok(other) => {
                self.remember(half(first.other(), &other));
                Ok(prices::merged(one, other))
            }
            Err(error) => {
                self.remember(half(first, &one));
                let standing_in =
                    remembered.filter(|_| error.kind == ProviderErrorKind::RateLimited);
                standing_in.map(|half| prices::merged(one, half.list)).ok_or(error)
            }
        }
    }

    async fn inquire(
        &self,
        cx: &CallContext,
        request: &InquiryRequest,
    ) -> Result<Bill, ProviderError> {
        let purchase = &request.purchase;
        let Some(customer) = customer_no(purchase) else {
            return Err(ProviderError::unsupported("this amount or parameter"));
        };
        if purchase.family == Family::PlnPrepaid {
            return self.meter(request).await;
        }
        if !purchase.family.is_bill() {
            return Err(ProviderError::unsupported("an inquiry of this family"));
        }
        let Some(reference) = &request.reference else {
            return Err(ProviderError::unsupported("an inquiry without a reference"));
        };
        let subject = Subject {
            purchase,
            customer: &customer,
            code: &request.provider_code,
            reference: reference.as_str(),
            max_cost: None,
        };
        // The day on which it was asked: one that is over when the answer comes has passed.
        let day = cx.clock.now().wib_day();
        let answer = self.read.ask(self.transaction(Command::Inquire, &subject)).await?;
        let token = inquiry::token(subject.reference, day);
        inquiry::interpret(&subject.asked(), purchase.family, token, &answer)
    }

    async fn pay(&self, cx: &CallContext, request: &PayRequest, permit: SendPermit) -> PayAnswer {
        let family = request.purchase.family;
        let Some(customer) = customer_no(&request.purchase) else {
            return PayAnswer::not_sent(NotSentCause::Unsupported);
        };
        let subject = Subject {
            purchase: &request.purchase,
            customer: &customer,
            code: &request.provider_code,
            reference: request.attempt.as_str(),
            max_cost: Some(request.max_cost),
        };
        let command = if family.is_bill() { Command::Pay } else { Command::TopUp };
        if command == Command::Pay {
            let (token, day) = (request.inquiry_token.as_ref(), cx.clock.now().wib_day());
            if !inquiry::is_payable(token, subject.reference, day) {
                return PayAnswer::not_sent(NotSentCause::Unsupported);
            }
        }
        let sent = self.pay.send(permit, self.transaction(command, &subject)).await;
        pay::interpret(&subject.asked(), family, sent)
    }

    async fn check_status(
        &self,
        _: &CallContext,
        attempt: &AttemptRef,
    ) -> Result<StatusReport, ProviderError> {
        let family = attempt.purchase.family;
        if !family.is_bill() {
            return Err(ProviderError::unsupported("a status check that is no purchase"));
        }
        let Some(customer) = customer_no(&attempt.purchase) else {
            return Err(ProviderError::unsupported("this amount or parameter"));
        };
        let subject = Subject {
            purchase: &attempt.purchase,
            customer: &customer,
            code: &attempt.provider_code,
            reference: attempt.attempt.as_str(),
            max_cost: None,
        };
        let answer = self.read.ask(self.transaction(Command::Status, &subject)).await?;
        status::interpret(&subject.asked(), family, &answer)
    }

    async fn check_by_purchase(
        &self,
        _: &CallContext,
        request: &PayRequest,
        _: Option<&ProviderRef>,
        permit: SendPermit,
    ) -> Result<StatusReport, ProviderError> {
        let family = request.purchase.family;
        let customer = customer_no(&request.purchase).filter(|_| !family.is_bill());
        let Some(customer) = customer else {
            return Err(ProviderError::unsupported(
                "a purchase of this family, amount or parameter",
            ));
        };
        let subject = Subject {
            purchase: &request.purchase,
            customer: &customer,
            code: &request.provider_code,
            reference: request.attempt.as_str(),
            max_cost: Some(request.max_cost),
        };
        match self.pay.send(permit, self.transaction(Command::TopUp, &subject)).await {
            SendResult::Answered(answer) => status::interpret(&subject.asked(), family, &answer),
            SendResult::NotSent(cause) => Err(unanswered(cause.as_str())),
            SendResult::Lost { cause, .. } => Err(unanswered(cause.as_str())),
        }
    }

    async fn reach(&self) -> Result<(), ProviderError> {
        let reached = reach(&self.base, self.read_timeouts).await;
        reached.map_err(|error| ProviderError::new(ProviderErrorKind::Transport, error.to_string()))
    }

    async fn balance(&self, _: &CallContext) -> Result<Rupiah, ProviderError> {
        balance::interpret(&self.read.ask(self.ask("cek-saldo", "deposit", BALANCE)).await?)
    }

    fn decode_callback(&self, raw: &RawCallback) -> Result<Callback, CallbackError> {
        callback::decode(self.webhook_secret.as_ref(), raw)
    }

    fn receipt_of_callback(&self, family: Family, raw: &RawCallback) -> Option<Receipt> {
        callback::receipt_of(family, raw)
    }
}

impl fmt::Debug for Digiflazz {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Digiflazz").field("name", &self.info.name).finish_non_exhaustive()
    }
}
