//! The plugin: from the contract's calls to requests and back. It decides nothing.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ppob_http::{ClientError, PayClient, ReadClient, Request, Timeouts};
use ppob_provider::{
    AttemptRef, BuildError, BuildRequest, BuiltProvider, CallContext, Capability, InquiryRequest,
    InquiryRule, PayRequest, PpobProvider, ProviderError, ProviderInfo, ProviderKind, RefusalTrust,
    SendPermit, StatusLookup,
};
use ppob_types::{Bill, Family, NotSentCause, PayAnswer, PriceList, Purchase, StatusReport};
use secrecy::{ExposeSecret, SecretString};

use crate::config::{self, Settings};
use crate::{inquiry, pay, prices, status};

/// Bebek, for the registry.
pub const KIND: ProviderKind = ProviderKind { kind: "bebek", build };

struct Bebek {
    info: ProviderInfo,
    user: String,
    password: SecretString,
    pay: PayClient,
    read: ReadClient,
}

fn build(request: BuildRequest) -> Result<BuiltProvider, BuildError> {
    let Settings { base, user, password } = config::read(&request.settings)?;
    let failed = |error: ClientError| BuildError::new("base_url", error.to_string());
    let info = ProviderInfo {
        kind: KIND.kind,
        name: request.name,
        login: user.as_str().into(),
        address: base.address(),
        plaintext: base.is_plaintext(),
        price_list_every: Duration::from_mins(5),
        tells_balance: false,
    };
    let pay = PayClient::new(base.clone(), Timeouts::PAY).map_err(failed)?;
    let read = ReadClient::new(base, Timeouts::READ).map_err(failed)?;
    let provider = Bebek { info, user, password, pay, read };
    let mapping = prices::map.into();
    Ok(BuiltProvider { provider: Arc::new(provider), mapping, warnings: Vec::new() })
}

impl Bebek {
    fn form(&self, path: &str, fields: &[(&str, &str)]) -> Request {
        let mut all = vec![("user", &*self.user), ("password", self.password.expose_secret())];
        all.extend_from_slice(fields);
        Request::form(path, &all)
    }
}

/// Bebek has no field for an amount or a parameter, and must not pay something else instead.
fn is_expressible(purchase: &Purchase) -> bool {
    is_sold(purchase.family) && purchase.amount.is_none() && purchase.parameters.is_empty()
}

const fn is_sold(family: Family) -> bool {
    matches!(family, Family::PlnPrepaid | Family::PlnPostpaid)
}

#[async_trait]
impl PpobProvider for Bebek {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn capability(&self, family: Family) -> Capability {
        if !is_sold(family) {
            return Capability::default();
        }
        Capability {
            pay: true,
            inquiry: InquiryRule::Unbound,
            client_reference: true,
            status: StatusLookup::ClientReference,
            late_execution_bound: Duration::from_mins(10),
            // Without encryption anybody on the way could say no.
            refusals: if self.info.plaintext {
                RefusalTrust::None
            } else {
                RefusalTrust::Authenticated
            },
            ..Capability::default()
        }
    }

    async fn price_list(&self, _: &CallContext) -> Result<PriceList, ProviderError> {
        prices::interpret(&self.read.ask(self.form("harga", &[])).await?)
    }

    async fn inquire(
        &self,
        _: &CallContext,
        request: &InquiryRequest,
    ) -> Result<Bill, ProviderError> {
        if !is_expressible(&request.purchase) {
            return Err(ProviderError::unsupported("this family, amount or parameter"));
        }
        let nomor = request.purchase.customer.expose();
        let form = self.form("cek", &[("kode", &request.provider_code), ("nomor", nomor)]);
        inquiry::interpret(request, &self.read.ask(form).await?)
    }

    async fn pay(&self, _: &CallContext, request: &PayRequest, permit: SendPermit) -> PayAnswer {
        if !is_expressible(&request.purchase) {
            return PayAnswer::not_sent(NotSentCause::Unsupported);
        }
        let fields = [
            ("kode", request.provider_code.as_str()),
            ("nomor", request.purchase.customer.expose()),
            ("ref", request.attempt.as_str()),
        ];
        let sent = self.pay.send(permit, self.form("bayar", &fields)).await;
        pay::interpret(request, sent)
    }

    async fn check_status(
        &self,
        _: &CallContext,
        attempt: &AttemptRef,
    ) -> Result<StatusReport, ProviderError> {
        let form = self.form("status", &[("ref", attempt.attempt.as_str())]);
        status::interpret(attempt, &self.read.ask(form).await?)
    }
}

impl fmt::Debug for Bebek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bebek").field("name", &self.info.name).finish_non_exhaustive()
    }
}
