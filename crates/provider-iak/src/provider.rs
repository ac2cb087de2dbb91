//! The plugin: from the contract's calls to requests and back.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ppob_http::{BaseUrl, PayClient, ReadClient, Request, Timeouts, reach};
use ppob_provider::{
    AttemptRef, BuildError, BuildRequest, BuiltProvider, CallContext, Callback, CallbackError,
    Capability, InquiryRequest, InquiryRule, PayRequest, PpobProvider, ProviderError,
    ProviderErrorKind, ProviderInfo, ProviderKind, RawCallback, RefusalTrust, SendPermit,
    StatusLookup,
};
use ppob_types::{
    Bill, Family, NotSentCause, PayAnswer, PriceList, Purchase, Rupiah, StatusReport,
};

use crate::config::{Config, Settings};
use crate::echo::Asked;
use crate::inquiry::Token;
use crate::mapping::{token_nominal, worth};
use crate::requests::{BillFields, Host, Postpaid, Prepaid, is_top_up};
use crate::sign::{BALANCE, BILL_STATUS, Credentials, PRICES};
use crate::{balance, callback, inquiry, mapping, pay, prices, status};

/// IAK, for the registry. Its settings stand in the configuration's example.
pub const KIND: ProviderKind = ProviderKind { kind: "iak", build };

/// One account at IAK: one deposit, two hosts.
struct Iak {
    info: ProviderInfo,
    credentials: Credentials,
    prepaid: Door,
    postpaid: Door,
    read_timeouts: Timeouts,
    late_execution_bound: Duration,
    inquiry_valid_for: Duration,
}

/// A host, and what its refusals are worth.
struct Door {
    base: BaseUrl,
    pay: PayClient,
    read: ReadClient,
    trust: RefusalTrust,
}

/// The one path of the postpaid host, for everything.
const BILLS: &str = "api/v1/bill/check";

fn build(request: BuildRequest) -> Result<BuiltProvider, BuildError> {
    let settings = Config::read(&request.settings)?.check()?;
    let prepaid = Door::new("prepaid_url", &settings.prepaid, &settings)?;
    let postpaid = Door::new("postpaid_url", &settings.postpaid, &settings)?;
    let info = ProviderInfo {
        kind: KIND.kind,
        name: request.name,
        login: settings.credentials.username().into(),
        address: [settings.prepaid.address(), settings.postpaid.address()]
            .map(|address| address.expose().to_owned())
            .join(" ")
            .into(),
        plaintext: prepaid.base.is_plaintext() || postpaid.base.is_plaintext(),
        price_list_every: settings.price_list_every,
        tells_balance: true,
    };
    let provider = Iak {
        info,
        credentials: settings.credentials,
        prepaid,
        postpaid,
        read_timeouts: settings.read_timeouts,
        late_execution_bound: settings.late_execution_bound,
        inquiry_valid_for: settings.inquiry_valid_for,
    };
    let warnings = settings.warnings;
    Ok(BuiltProvider { provider: Arc::new(provider), mapping: mapping::map.into(), warnings })
}

impl Door {
    fn new(key: &str, base: &BaseUrl, settings: &Settings) -> Result<Self, BuildError> {
        let client = |error: ppob_http::ClientError| BuildError::new(key, error.to_string());
        Ok(Self {
            base: base.clone(),
            pay: PayClient::new(base.clone(), settings.pay_timeouts).map_err(client)?,
            read: ReadClient::new(base.clone(), settings.read_timeouts).map_err(client)?,
            trust: settings.trust(base),
        })
    }
}

impl Iak {
    /// A body for the prepaid host, signed for `what`.
    fn prepaid_body(&self, what: &str) -> Prepaid<'_> {
        Prepaid {
            username: self.credentials.username(),
            sign: self.credentials.sign(what),
            ref_id: None,
            customer_id: None,
            product_code: None,
            status: None,
        }
    }

    /// A body for the postpaid host, signed for `what`.
    fn postpaid_body(&self, commands: &'static str, what: &str) -> Postpaid<'_> {
        Postpaid {
            commands,
            username: self.credentials.username(),
            sign: self.credentials.sign(what),
            ref_id: None,
            tr_id: None,
            status: None,
            bill: None,
        }
    }

    async fn top_up(&self, request: &PayRequest, permit: SendPermit) -> PayAnswer {
        let (purchase, reference) = (&request.purchase, request.attempt.as_str());
        if !is_top_up(purchase) {
            return PayAnswer::not_sent(NotSentCause::Unsupported);
        }
        let body = Prepaid {
            ref_id: Some(reference),
            customer_id: Some(purchase.customer.expose()),
            product_code: Some(&request.provider_code),
            ..self.prepaid_body(reference)
        };
        let sent = self.prepaid.pay.send(permit, Request::json("api/top-up", &body)).await;
        pay::top_up(&asked(purchase, &request.provider_code, reference), sent)
    }

    async fn pay_bill(&self, request: &PayRequest, permit: SendPermit) -> PayAnswer {
        let reference = request.attempt.as_str();
        // The call carries the inquiry's number alone, and is looked up by the inquiry's reference: an
        // inquiry under another reference would be paid where nobody looks.
        let token = request.inquiry_token.as_ref().and_then(Token::read);
        let Some(token) = token.filter(|token| token.reference == reference) else {
            return PayAnswer::not_sent(NotSentCause::Unsupported);
        };
        let body =
            Postpaid { tr_id: Some(token.tr_id), ..self.postpaid_body("pay-pasca", token.tr_id) };
        let sent = self.postpaid.pay.send(permit, Request::json(BILLS, &body)).await;
        let asked = asked(&request.purchase, &request.provider_code, reference);
        pay::bill(&Asked { tr_id: Some(token.tr_id), ..asked }, sent)
    }

    async fn ask_bill(&self, request: &InquiryRequest) -> Result<Bill, ProviderError> {
        let (Some(bill), Some(reference)) = (BillFields::of(request), &request.reference) else {
            return Err(ProviderError::unsupported(
                "this family, amount or parameter, or an inquiry without a reference",
            ));
        };
        let reference = reference.as_str();
        let body = Postpaid {
            ref_id: Some(reference),
            bill: Some(bill),
            ..self.postpaid_body("inq-pasca", reference)
        };
        let answer = self.postpaid.read.ask(Request::json(BILLS, &body)).await?;
        inquiry::bill(&asked(&request.purchase, &request.provider_code, reference), &answer)
    }

    async fn ask_meter(&self, request: &InquiryRequest) -> Result<Bill, ProviderError> {
        let product = &request.purchase.product;
        let nominal = token_nominal(&request.provider_code).or_else(|| worth(product));
        let Some(nominal) = nominal.filter(|_| is_top_up(&request.purchase)) else {
            return Err(ProviderError::unsupported("this product, amount or parameter"));
        };
        let customer = request.purchase.customer.expose();
        let body = Prepaid { customer_id: Some(customer), ..self.prepaid_body(customer) };
        let answer = self.prepaid.read.ask(Request::json("api/inquiry-pln", &body)).await?;
        let (purchase, code) = (&request.purchase, request.provider_code.as_str());
        inquiry::meter(&Asked { purchase, code, reference: None, tr_id: None }, &answer, nominal)
    }
}

fn asked<'a>(purchase: &'a Purchase, code: &'a str, reference: &'a str) -> Asked<'a> {
    Asked { purchase, code, reference: Some(reference), tr_id: None }
}

#[async_trait]
impl PpobProvider for Iak {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn capability(&self, family: Family) -> Capability {
        let common = Capability {
            pay: true,
            status: StatusLookup::ClientReference,
            late_execution_bound: self.late_execution_bound,
            ..Capability::default()
        };
        match Host::of(family) {
            Host::Prepaid => Capability {
                inquiry: match family {
                    Family::PlnPrepaid => InquiryRule::Unbound,
                    _ => InquiryRule::None,
                },
                client_reference: true,
                callbacks: true,
                refusals: self.prepaid.trust,
                ..common
            },
            Host::Postpaid => {
                let (valid_for, same_day) = (self.inquiry_valid_for, false);
                Capability {
                    inquiry: InquiryRule::Bound { valid_for, same_day },
                    refusals: self.postpaid.trust,
                    ..common
                }
            }
        }
    }

    async fn price_list(&self, _: &CallContext) -> Result<PriceList, ProviderError> {
        let body = Prepaid { status: Some("all"), ..self.prepaid_body(PRICES) };
        let answer = self.prepaid.read.ask(Request::json("api/pricelist", &body)).await?;
        let top_ups = prices::top_ups(&answer)?;
        let body =
            Postpaid { status: Some("all"), ..self.postpaid_body("pricelist-pasca", PRICES) };
        let answer = self.postpaid.read.ask(Request::json(BILLS, &body)).await?;
        Ok(prices::both(top_ups, prices::bills(&answer)?))
    }

    async fn inquire(
        &self,
        _: &CallContext,
        request: &InquiryRequest,
    ) -> Result<Bill, ProviderError> {
        match (Host::of(request.purchase.family), request.purchase.family) {
            (Host::Postpaid, _) => self.ask_bill(request).await,
            (Host::Prepaid, Family::PlnPrepaid) => self.ask_meter(request).await,
            (Host::Prepaid, _) => Err(ProviderError::unsupported("inquiries of this family")),
        }
    }

    async fn pay(&self, _: &CallContext, request: &PayRequest, permit: SendPermit) -> PayAnswer {
        match Host::of(request.purchase.family) {
            Host::Prepaid => self.top_up(request, permit).await,
            Host::Postpaid => self.pay_bill(request, permit).await,
        }
    }

    async fn check_status(
        &self,
        _: &CallContext,
        attempt: &AttemptRef,
    ) -> Result<StatusReport, ProviderError> {
        let (purchase, reference) = (&attempt.purchase, attempt.attempt.as_str());
        let asked = asked(purchase, &attempt.provider_code, reference);
        match Host::of(purchase.family) {
            Host::Prepaid => {
                let body = Prepaid { ref_id: Some(reference), ..self.prepaid_body(reference) };
                let request = Request::json("api/check-status", &body);
                status::top_up(&asked, &self.prepaid.read.ask(request).await?)
            }
            Host::Postpaid => {
                let body = self.postpaid_body("checkstatus", BILL_STATUS);
                let body = Postpaid { ref_id: Some(reference), ..body };
                status::bill(&asked, &self.postpaid.read.ask(Request::json(BILLS, &body)).await?)
            }
        }
    }

    async fn balance(&self, _: &CallContext) -> Result<Rupiah, ProviderError> {
        let request = Request::json("api/check-balance", &self.prepaid_body(BALANCE));
        balance::interpret(&self.prepaid.read.ask(request).await?)
    }

    async fn reach(&self) -> Result<(), ProviderError> {
        for door in [&self.prepaid, &self.postpaid] {
            let reached = reach(&door.base, self.read_timeouts).await;
            reached.map_err(|error| {
                ProviderError::new(ProviderErrorKind::Transport, error.to_string())
            })?;
        }
        Ok(())
    }

    fn decode_callback(&self, raw: &RawCallback) -> Result<Callback, CallbackError> {
        callback::decode(raw, &self.credentials)
    }
}

impl fmt::Debug for Iak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Iak").field("name", &self.info.name).finish_non_exhaustive()
    }
}
