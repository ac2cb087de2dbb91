//! The plugin: from the contract's calls to requests and back.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ppob_http::{BaseUrl, ClientError, PayClient, ReadClient, SendResult, Timeouts, reach};
use ppob_provider::{
    AttemptRef, BuildError, BuildRequest, BuiltProvider, CallContext, Callback, CallbackError,
    Capability, InquiryRequest, InquiryRule, PayRequest, PpobProvider, ProviderError,
    ProviderErrorKind, ProviderInfo, ProviderKind, RawCallback, RefusalTrust, SendPermit,
    StatusLookup,
};
use ppob_types::{
    Bill, Family, InquiryToken, NotSentCause, PayAnswer, PriceList, ProviderRef, Rupiah,
    StatusReport, Timestamp,
};
use secrecy::{ExposeSecret, SecretString};

use crate::centre::{Centre, InquirySpec, StatusSpec};
use crate::config::{Config, Settings};
use crate::description::{FindsBy, InquiryReference};
use crate::pay::About;
use crate::quota::Quota;
use crate::reading::Asked;
use crate::rules::Call;
use crate::template::Values;
use crate::{inquiry, pay, prices, status};

/// A centre that a description describes, for the registry.
pub const KIND: ProviderKind = ProviderKind { kind: "h2h", build };

/// One account at one centre.
struct H2h {
    info: ProviderInfo,
    centre: Arc<Centre>,
    account: BTreeMap<String, SecretString>,
    secrets: Vec<SecretString>,
    pay: PayClient,
    read: ReadClient,
    read_prices: ReadClient,
    base: BaseUrl,
    read_timeouts: Timeouts,
    late_execution_bound: Duration,
    trust: RefusalTrust,
    prices: BTreeMap<String, Rupiah>,
    quota: Quota,
    inquiries_a_day: Option<u32>,
}

fn build(request: BuildRequest) -> Result<BuiltProvider, BuildError> {
    let Settings {
        centre,
        base,
        price_base,
        account,
        secrets,
        pay_timeouts,
        read_timeouts,
        late_execution_bound,
        trust,
        prices,
        inquiries_a_day,
        warnings,
    } = Config::read(&request.settings)?.check()?;
    let client = |error: ClientError| BuildError::new("base_url", error.to_string());
    let info = ProviderInfo {
        kind: KIND.kind,
        name: request.name,
        plaintext: base.is_plaintext(),
        price_list_every: centre.prices.as_ref().map_or(Duration::from_mins(5), |one| one.every),
        tells_balance: centre.balance.is_some(),
    };
    let mapping = centre.products.mapping();
    let provider = H2h {
        info,
        account,
        secrets,
        pay: PayClient::new(base.clone(), pay_timeouts).map_err(client)?,
        read: ReadClient::new(base.clone(), read_timeouts).map_err(client)?,
        read_prices: ReadClient::new(price_base, read_timeouts).map_err(client)?,
        base,
        read_timeouts,
        late_execution_bound,
        trust,
        prices,
        quota: Quota::default(),
        inquiries_a_day,
        centre,
    };
    Ok(BuiltProvider { provider: Arc::new(provider), mapping, warnings })
}

impl H2h {
    /// What fills the places of every request: the account.
    fn values(&self) -> Values<'_> {
        let mut values = Values::new();
        for (name, value) in &self.account {
            values.set(name, value.expose_secret());
        }
        values
    }

    fn about<'a>(&'a self, family: Family, asked: Asked<'a>) -> About<'a> {
        About { centre: &self.centre, family, asked, secrets: &self.secrets }
    }

    fn asks_about(&self, family: Family) -> Option<&InquirySpec> {
        self.centre.inquiry.as_ref().filter(|inquiry| inquiry.families.contains(&family))
    }

    fn is_bound(inquiry: &InquirySpec) -> bool {
        !inquiry.carry.is_empty() || inquiry.reference == InquiryReference::Payment
    }

    fn sells(&self, family: Family) -> bool {
        self.centre.families.contains(&family)
    }
}

/// A reference for one inquiry, never used again for another question: a centre answers a repeated one with
/// what it said before. A Q in front keeps it apart from every payment's.
fn own_reference(now: Timestamp, code: &str, number: &str) -> String {
    let question = code.bytes().chain([0xff]).chain(number.bytes());
    let hash = question.fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    });
    format!("Q{:X}{:05X}", now.as_micros(), (hash ^ (hash >> 32)) & 0xf_ffff)
}

/// What an inquiry said must be carried, by the names of the places.
fn carried(token: Option<&InquiryToken>) -> BTreeMap<String, String> {
    let read = token
        .and_then(|token| serde_json::from_str::<BTreeMap<String, String>>(token.0.expose()).ok());
    let named = read.unwrap_or_default().into_iter();
    named.map(|(name, value)| (format!("carry_{name}"), value)).collect()
}

#[async_trait]
impl PpobProvider for H2h {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn capability(&self, family: Family) -> Capability {
        if !self.sells(family) {
            return Capability::default();
        }
        let inquiry = self.asks_about(family).map(|inquiry| {
            if Self::is_bound(inquiry) {
                InquiryRule::Bound { valid_for: inquiry.valid_for, same_day: inquiry.same_day }
            } else {
                InquiryRule::Unbound
            }
        });
        let status = self.centre.status.as_ref();
        Capability {
            pay: true,
            inquiry: inquiry.unwrap_or_default(),
            client_reference: self.centre.repeated_ref_is_same_payment,
            status: status.map(StatusSpec::lookup).unwrap_or_default(),
            status_is_purchase: status.and_then(|status| status.is_purchase),
            status_gap: Duration::ZERO,
            cost_cap: false,
            repeat_same_day: self.centre.repeat_same_day && !family.is_bill(),
            callbacks: self.centre.callback.is_some(),
            late_execution_bound: self.late_execution_bound,
            refusals: self.trust,
        }
    }

    async fn price_list(&self, _: &CallContext) -> Result<PriceList, ProviderError> {
        let asked = self.centre.prices.as_ref().and_then(|source| source.asked.as_ref());
        let Some((call, table)) = asked else {
            return Ok(prices::configured(&self.centre, &self.prices));
        };
        let request = call.request(self.values()).ok_or_else(unwritable)?;
        prices::interpret(&self.centre, table, &self.read_prices.ask(request).await?)
    }

    async fn inquire(
        &self,
        cx: &CallContext,
        request: &InquiryRequest,
    ) -> Result<Bill, ProviderError> {
        let purchase = &request.purchase;
        let inquiry = self
            .asks_about(purchase.family)
            .ok_or_else(|| ProviderError::unsupported("an inquiry for this family"))?;
        let code = self.centre.products.inquiry_code(&request.provider_code);
        if self.centre.asking_may_pay(purchase, &request.provider_code, &code) {
            return Err(ProviderError::new(
                ProviderErrorKind::Unsupported,
                "nothing was asked: the request would have been the one that pays. By which code this product is \
                 asked about is not known; write it into the description (inquiry_code)",
            ));
        }
        let number = purchase.customer.expose();
        let reference = match (inquiry.reference, &request.reference) {
            (InquiryReference::Own, _) => own_reference(cx.clock.now(), &code, number),
            (InquiryReference::Payment, Some(reference)) => reference.as_str().to_owned(),
            (InquiryReference::Payment, None) => {
                return Err(ProviderError::unsupported(
                    "an inquiry without the payment's reference",
                ));
            }
        };
        let mut values = self.values();
        values.set("product", &code);
        values.set("ref", &reference);
        let sent = inquiry.call.request_for(&self.centre, Call::Inquiry, purchase, values);
        let sent = sent.ok_or_else(|| ProviderError::unsupported("this amount or parameter"))?;
        if let Some(most) = self.inquiries_a_day
            && !self.quota.take(most, &code, number, cx.clock.now())
        {
            return Err(ProviderError::new(
                ProviderErrorKind::RateLimited,
                format!(
                    "the centre answers {most} inquiries a day for one number and product; ask tomorrow"
                ),
            ));
        }
        let answer = self.read.ask(sent).await?;
        let asked = Asked { reference: Some(&reference), dest: Some(number), product: Some(&code) };
        inquiry::interpret(&self.about(purchase.family, asked), &answer)
    }

    async fn pay(&self, _: &CallContext, request: &PayRequest, permit: SendPermit) -> PayAnswer {
        let purchase = &request.purchase;
        let only_asks = self.centre.paying_only_asks(purchase, &request.provider_code);
        if !self.sells(purchase.family) || only_asks {
            return PayAnswer::not_sent(NotSentCause::Unsupported);
        }
        let carried = carried(request.inquiry_token.as_ref());
        let mut values = self.values();
        values.set("product", &request.provider_code);
        values.set("ref", request.attempt.as_str());
        for (name, value) in &carried {
            values.set(name, value);
        }
        let call = &self.centre.pay;
        let Some(sent) = call.request_for(&self.centre, Call::Pay, purchase, values) else {
            return PayAnswer::not_sent(NotSentCause::Unsupported);
        };
        let sent = self.pay.send(permit, sent).await;
        let asked = Asked {
            reference: Some(request.attempt.as_str()),
            dest: Some(purchase.customer.expose()),
            product: Some(&request.provider_code),
        };
        pay::interpret(&self.about(purchase.family, asked), sent)
    }

    async fn check_status(
        &self,
        _: &CallContext,
        attempt: &AttemptRef,
    ) -> Result<StatusReport, ProviderError> {
        let status = self.centre.status.as_ref();
        // A check that is a purchase takes a permit of its own, and never passes for a read.
        let status = status.filter(|status| status.is_purchase.is_none());
        let status = status.ok_or_else(|| ProviderError::unsupported("status check"))?;
        let purchase = &attempt.purchase;
        if !self.sells(purchase.family) {
            return Err(ProviderError::unsupported("this family"));
        }
        let mut values = self.values();
        values.set("product", &attempt.provider_code);
        values.set("ref", attempt.attempt.as_str());
        if let Some(reference) = &attempt.provider_ref {
            values.set("trx", reference.as_str());
        }
        let request = status.call.request_for(&self.centre, status.sent_as, purchase, values);
        let request = request.ok_or_else(|| {
            ProviderError::unsupported("a status check without the centre's reference")
        })?;
        let answer = self.read.ask(request).await?;
        let asked = Asked {
            reference: Some(attempt.attempt.as_str()),
            dest: Some(purchase.customer.expose()),
            product: Some(&attempt.provider_code),
        };
        let about = self.about(purchase.family, asked);
        status::interpret(&about, attempt.provider_ref.as_ref(), &answer)
    }

    async fn check_by_purchase(
        &self,
        _: &CallContext,
        request: &PayRequest,
        known: Option<&ProviderRef>,
        permit: SendPermit,
    ) -> Result<StatusReport, ProviderError> {
        let purchase = &request.purchase;
        let status = self.centre.status.as_ref().filter(|status| status.is_purchase.is_some());
        let status = status.filter(|_| self.sells(purchase.family));
        let status =
            status.ok_or_else(|| ProviderError::unsupported("status check by purchase"))?;
        let carried = carried(request.inquiry_token.as_ref());
        let mut values = self.values();
        values.set("product", &request.provider_code);
        values.set("ref", request.attempt.as_str());
        for (name, value) in &carried {
            values.set(name, value);
        }
        let call = status.call.request_for(&self.centre, status.sent_as, purchase, values);
        let call = call.ok_or_else(unwritable)?;
        let answer = match self.pay.send(permit, call).await {
            SendResult::Answered(answer) => answer,
            SendResult::NotSent(_) | SendResult::Lost { .. } => {
                return Err(ProviderError::new(
                    ProviderErrorKind::Transport,
                    "the repeated call was not answered; it says nothing about the payment",
                ));
            }
        };
        let asked = Asked {
            reference: Some(request.attempt.as_str()),
            dest: Some(purchase.customer.expose()),
            product: Some(&request.provider_code),
        };
        status::interpret(&self.about(purchase.family, asked), known, &answer)
    }

    async fn balance(&self, _: &CallContext) -> Result<Rupiah, ProviderError> {
        let call = self.centre.balance.as_ref();
        let call = call.ok_or_else(|| ProviderError::unsupported("balance"))?;
        let request = call.request(self.values()).ok_or_else(unwritable)?;
        let answer = self.read.ask(request).await?;
        let family = self.centre.families.first().copied().unwrap_or(Family::Other);
        inquiry::balance(&self.about(family, Asked::default()), &answer)
    }

    async fn reach(&self) -> Result<(), ProviderError> {
        let reached = reach(&self.base, self.read_timeouts).await;
        reached.map_err(|error| ProviderError::new(ProviderErrorKind::Transport, error.to_string()))
    }

    fn decode_callback(&self, raw: &RawCallback) -> Result<Callback, CallbackError> {
        let source = self.centre.callback.as_ref().ok_or(CallbackError::Unsupported)?;
        source.decode(&self.centre, &self.secrets, raw)
    }
}

impl StatusSpec {
    const fn lookup(&self) -> StatusLookup {
        match self.finds_by {
            FindsBy::Ref => StatusLookup::ClientReference,
            FindsBy::Trx => StatusLookup::ProviderReference,
        }
    }
}

fn unwritable() -> ProviderError {
    ProviderError::unsupported("this request: one of its places has nothing to fill it")
}

impl fmt::Debug for H2h {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("H2h").field("name", &self.info.name).finish_non_exhaustive()
    }
}
