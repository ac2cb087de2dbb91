//! A provider of a trivial protocol, right in everything unless it is given a flaw.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ppob_http::{BaseUrl, Timeouts};
use ppob_http::{ClientError, PayClient, ReadClient, Request, SendResult, reach};
use ppob_provider::{
    AttemptRef, BuildError, BuildRequest, BuiltProvider, CallContext, Callback, CallbackError,
    Capability, InquiryRequest, InquiryRule, PayRequest, PpobProvider, ProviderError,
    ProviderErrorKind, ProviderInfo, ProviderKind, PurchaseAsStatus, RawCallback, SendPermit,
    StatusLookup,
};
use ppob_types::{
    AttemptId, Bill, CustomerNumber, Family, NotSentCause, PayAnswer, PriceList, ProviderRef,
    Purchase, Rupiah, StatusReport,
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value, json};

use crate::flaw::Flaw;
use crate::settings::Settings;
use crate::{meaning, prices};

pub(crate) const KIND: ProviderKind = ProviderKind { kind: "beo", build };

struct Beo {
    info: ProviderInfo,
    key: SecretString,
    pay: PayClient,
    read: ReadClient,
    base: BaseUrl,
    timeouts: Timeouts,
    families: Vec<Family>,
    flaw: Option<Flaw>,
}

fn build(request: BuildRequest) -> Result<BuiltProvider, BuildError> {
    let Settings { base, key, timeouts, families, flaw } = Settings::read(&request.settings)?;
    let failed = |error: ClientError| BuildError::new("origin", error.to_string());
    let info = ProviderInfo {
        kind: KIND.kind,
        name: request.name,
        login: key.expose_secret().into(),
        address: base.address(),
        plaintext: base.is_plaintext(),
        price_list_every: Duration::from_mins(5),
        tells_balance: true,
    };
    let pay = PayClient::new(base.clone(), timeouts).map_err(failed)?;
    let read = ReadClient::new(base.clone(), timeouts).map_err(failed)?;
    let provider = Arc::new(Beo { info, key, pay, read, base, timeouts, families, flaw });
    Ok(BuiltProvider { provider, mapping: prices::map.into(), warnings: Vec::new() })
}

impl Beo {
    fn has(&self, flaw: Flaw) -> bool {
        self.flaw == Some(flaw)
    }

    fn sells(&self, family: Family) -> bool {
        self.families.contains(&family) || self.has(Flaw::SellsEverything)
    }

    fn request(&self, path: &str, mut fields: Map<String, Value>) -> Request {
        fields.insert("key".to_owned(), json!(self.key.expose_secret()));
        Request::json(path, &Value::Object(fields))
    }

    fn reference(&self, attempt: &AttemptId) -> String {
        if self.has(Flaw::InventsTheReference) {
            format!("X{}", attempt.serial())
        } else {
            attempt.as_str().to_owned()
        }
    }

    /// What is asked for, in the fields of an order or of an inquiry.
    fn order(&self, attempt: &AttemptId, purchase: &Purchase, code: &str) -> Map<String, Value> {
        let mut fields = Map::new();
        let mut set = |name: &str, value: Value| fields.insert(name.to_owned(), value);
        let number = purchase.customer.expose();
        if self.has(Flaw::SendsNumbersAsNumbers) {
            set("number", json!(number.parse::<u64>().unwrap_or(0).to_string()));
        } else {
            set("number", json!(number));
        }
        set("ref", json!(self.reference(attempt)));
        set("code", json!(code));
        if let Some(amount) = purchase.amount.filter(|_| !self.has(Flaw::DropsTheAmount)) {
            set("amount", json!(amount.get()));
        }
        set("months", json!(purchase.parameters.months));
        set("year", json!(purchase.parameters.year));
        set("second", json!(purchase.parameters.second_id.as_ref().map(CustomerNumber::expose)));
        fields
    }

    /// The order itself, or what it is bound to.
    fn payment(&self, request: &PayRequest) -> Option<Request> {
        let mut order = self.order(&request.attempt, &request.purchase, &request.provider_code);
        if !self.has(Flaw::DropsTheCap) {
            order.insert("cap".to_owned(), json!(request.max_cost.get()));
        }
        if request.purchase.family != Family::Water {
            return Some(self.request("pay", order));
        }
        let bond = request.inquiry_token.as_ref().map(|token| token.0.expose());
        if bond.is_none() && !self.has(Flaw::IgnoresTheBond) {
            return None;
        }
        let order = Map::from_iter([("bond".to_owned(), json!(bond))]);
        Some(self.request("pay", order))
    }
}

#[async_trait]
impl PpobProvider for Beo {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn capability(&self, family: Family) -> Capability {
        if !self.families.contains(&family) {
            return Capability::default();
        }
        let all = Capability {
            pay: true,
            client_reference: true,
            repeat_same_day: true,
            late_execution_bound: Duration::from_mins(10),
            ..Capability::default()
        };
        match family {
            Family::PlnPrepaid => {
                Capability { status: StatusLookup::Either, cost_cap: true, callbacks: true, ..all }
            }
            Family::MobileTopUp => Capability {
                status: StatusLookup::ClientReference,
                status_is_purchase: Some(PurchaseAsStatus {
                    min_gap: Duration::from_mins(1),
                    max_age: Duration::from_hours(24 * 90),
                }),
                cost_cap: true,
                ..all
            },
            _ => Capability {
                inquiry: InquiryRule::Bound { valid_for: Duration::from_mins(30), same_day: true },
                status: StatusLookup::ProviderReference,
                ..all
            },
        }
    }

    async fn price_list(&self, _: &CallContext) -> Result<PriceList, ProviderError> {
        let answer = self.read.ask(self.request("prices", Map::new())).await?;
        prices::interpret(&answer, self.flaw)
    }

    async fn inquire(
        &self,
        _: &CallContext,
        request: &InquiryRequest,
    ) -> Result<Bill, ProviderError> {
        let bound =
            matches!(self.capability(request.purchase.family).inquiry, InquiryRule::Bound { .. });
        let (true, Some(reference)) = (bound, &request.reference) else {
            return Err(ProviderError::unsupported("this inquiry"));
        };
        let order = self.order(reference, &request.purchase, &request.provider_code);
        let answer = self.read.ask(self.request("bill", order)).await?;
        meaning::bill(request, &answer)
    }

    async fn pay(&self, _: &CallContext, request: &PayRequest, permit: SendPermit) -> PayAnswer {
        if !self.sells(request.purchase.family) {
            return PayAnswer::not_sent(NotSentCause::Unsupported);
        }
        let Some(order) = self.payment(request) else {
            return PayAnswer::not_sent(NotSentCause::Unbuildable);
        };
        let sent = self.pay.send(permit, order).await;
        if self.has(Flaw::SendsAgainWhenNothingCame)
            && matches!(sent, SendResult::Lost { partial: None, .. })
            && let Some(again) = self.payment(request)
        {
            let _second_debit = self.read.ask(again).await;
        }
        meaning::payment(request, sent, self.flaw)
    }

    async fn check_status(
        &self,
        _: &CallContext,
        attempt: &AttemptRef,
    ) -> Result<StatusReport, ProviderError> {
        let capability = self.capability(attempt.purchase.family);
        if !capability.status.possible(attempt.provider_ref.is_some()) {
            return Err(ProviderError::unsupported("this check"));
        }
        let question = if capability.status_is_purchase.is_some() {
            if !self.has(Flaw::BuysByReading) {
                return Err(ProviderError::unsupported("a check that is no purchase"));
            }
            let order = self.order(&attempt.attempt, &attempt.purchase, &attempt.provider_code);
            self.request("pay", order)
        } else if attempt.purchase.family == Family::Water {
            let id = json!(attempt.provider_ref.as_ref().map(ProviderRef::as_str));
            self.request("status", Map::from_iter([("id".to_owned(), id)]))
        } else {
            let reference = json!(self.reference(&attempt.attempt));
            self.request("status", Map::from_iter([("ref".to_owned(), reference)]))
        };
        let (purchase, answer) = (&attempt.purchase, self.read.ask(question).await?);
        meaning::status(purchase, &answer, self.flaw)
    }

    async fn check_by_purchase(
        &self,
        _: &CallContext,
        request: &PayRequest,
        _: Option<&ProviderRef>,
        permit: SendPermit,
    ) -> Result<StatusReport, ProviderError> {
        if self.capability(request.purchase.family).status_is_purchase.is_none() {
            return Err(ProviderError::unsupported("this check"));
        }
        let mut request = request.clone();
        if self.has(Flaw::ChecksUnderANewReference) {
            request.attempt = AttemptId::new(request.attempt.serial() + 1_000, 1);
        }
        let unsupported = || ProviderError::unsupported("this check");
        let order = self.payment(&request).ok_or_else(unsupported)?;
        match self.pay.send(permit, order).await {
            SendResult::Answered(answer) => meaning::status(&request.purchase, &answer, self.flaw),
            SendResult::Lost { .. } if self.has(Flaw::ChecksAgainWhenNothingCame) => {
                let order = self.payment(&request).ok_or_else(unsupported)?;
                let answer = self.read.ask(order).await?;
                meaning::status(&request.purchase, &answer, self.flaw)
            }
            SendResult::NotSent(_) | SendResult::Lost { .. } => {
                let message = "no answer came";
                Err(ProviderError::new(ProviderErrorKind::Transport, message))
            }
        }
    }

    async fn balance(&self, _: &CallContext) -> Result<Rupiah, ProviderError> {
        if self.has(Flaw::DeclaresWhatItHasNot) {
            return Err(ProviderError::unsupported("balance"));
        }
        meaning::balance(&self.read.ask(self.request("balance", Map::new())).await?)
    }

    async fn reach(&self) -> Result<(), ProviderError> {
        let reached = reach(&self.base, self.timeouts).await;
        reached.map_err(|error| ProviderError::new(ProviderErrorKind::Transport, error.to_string()))
    }

    fn decode_callback(&self, raw: &RawCallback) -> Result<Callback, CallbackError> {
        if !self.families.contains(&Family::PlnPrepaid) {
            return Err(CallbackError::Unsupported);
        }
        meaning::callback(self.key.expose_secret(), raw, self.flaw)
    }
}

impl fmt::Debug for Beo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Beo");
        if self.has(Flaw::ShowsTheKey) {
            shown.field("key", &self.key.expose_secret());
        }
        shown.finish_non_exhaustive()
    }
}
