//! The plugin: from the contract's calls to requests and back. It decides nothing.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ppob_http::{BaseUrl, ClientError, PayClient, ReadClient, Request, Timeouts, reach};
use ppob_provider::{
    AttemptRef, BuildError, BuildRequest, BuiltProvider, CallContext, Capability, InquiryRequest,
    PayRequest, PpobProvider, ProviderError, ProviderErrorKind, ProviderInfo, ProviderKind,
    SendPermit,
};
use ppob_types::{Bill, Family, NotSentCause, PayAnswer, PriceList, Purchase, StatusReport};
use secrecy::{ExposeSecret, SecretString};

use crate::config::{Config, Settings};
use crate::echo::Asked;
use crate::{families, inquiry, mapping, pay, prices, status};

/// Bebek, for the registry. Its settings stand in the configuration's example.
pub const KIND: ProviderKind = ProviderKind { kind: "bebek", build };

/// One account at Bebek.
struct Bebek {
    info: ProviderInfo,
    username: String,
    password: SecretString,
    pay: PayClient,
    read: ReadClient,
    late_execution_bound: Duration,
    base: BaseUrl,
    read_timeouts: Timeouts,
}

fn build(request: BuildRequest) -> Result<BuiltProvider, BuildError> {
    let Settings {
        base,
        username,
        password,
        pay_timeouts,
        read_timeouts,
        price_list_every,
        late_execution_bound,
        warnings,
    } = Config::read(&request.settings)?.check()?;
    let client = |error: ClientError| BuildError::new("base_url", error.to_string());
    let info = ProviderInfo {
        kind: KIND.kind,
        name: request.name,
        login: username.as_str().into(),
        address: base.address(),
        plaintext: base.is_plaintext(),
        price_list_every,
        tells_balance: false,
    };
    let provider = Bebek {
        info,
        username,
        password,
        pay: PayClient::new(base.clone(), pay_timeouts).map_err(client)?,
        read: ReadClient::new(base.clone(), read_timeouts).map_err(client)?,
        late_execution_bound,
        base,
        read_timeouts,
    };
    Ok(BuiltProvider { provider: Arc::new(provider), mapping: mapping::map.into(), warnings })
}

impl Bebek {
    /// A request with the credentials that every request carries.
    ///
    /// LEFT: how the document wants it: a form, JSON or a query (`Request`), signed or not.
    fn request(&self, path: &str, fields: &[(&str, &str)]) -> Request {
        let mut all =
            vec![("username", &*self.username), ("password", self.password.expose_secret())];
        all.extend_from_slice(fields);
        Request::form(path, &all)
    }
}

/// What has no field in the requests must not be left out, or something else would be paid.
///
/// LEFT: amounts and parameters that the document has fields for.
fn is_expressible(purchase: &Purchase) -> bool {
    families::is_sold(purchase.family)
        && purchase.amount.is_none()
        && purchase.parameters.is_empty()
}

#[async_trait]
impl PpobProvider for Bebek {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    /// LEFT: what else the document promises: `status`, `inquiry`, `client_reference`, `refusals` and so on. Declare
    /// one, run the conformance kit, and write what it then finds missing.
    fn capability(&self, family: Family) -> Capability {
        if !families::is_sold(family) {
            return Capability::default();
        }
        Capability {
            pay: true,
            late_execution_bound: self.late_execution_bound,
            ..Capability::default()
        }
    }

    async fn price_list(&self, _: &CallContext) -> Result<PriceList, ProviderError> {
        prices::interpret(&self.read.ask(self.request("prices", &[])).await?)
    }

    async fn inquire(
        &self,
        _: &CallContext,
        request: &InquiryRequest,
    ) -> Result<Bill, ProviderError> {
        let InquiryRequest { purchase, provider_code, .. } = request;
        if !self.capability(purchase.family).inquiry.is_supported() || !is_expressible(purchase) {
            return Err(ProviderError::unsupported(
                "an inquiry of this family, amount or parameter",
            ));
        }
        // LEFT: its path and fields.
        let fields = [("product", provider_code.as_str()), ("number", purchase.customer.expose())];
        let answer = self.read.ask(self.request("inquiry", &fields)).await?;
        inquiry::interpret(&Asked { purchase, code: provider_code, reference: None }, &answer)
    }

    async fn pay(&self, _: &CallContext, request: &PayRequest, permit: SendPermit) -> PayAnswer {
        let PayRequest { attempt, purchase, provider_code, .. } = request;
        if !is_expressible(purchase) {
            return PayAnswer::not_sent(NotSentCause::Unsupported);
        }
        // LEFT: its path and fields.
        let fields = [
            ("product", provider_code.as_str()),
            ("number", purchase.customer.expose()),
            ("ref", attempt.as_str()),
        ];
        let sent = self.pay.send(permit, self.request("pay", &fields)).await;
        let reference = Some(attempt.as_str());
        pay::interpret(&Asked { purchase, code: provider_code, reference }, sent)
    }

    async fn check_status(
        &self,
        _: &CallContext,
        attempt: &AttemptRef,
    ) -> Result<StatusReport, ProviderError> {
        let AttemptRef { attempt, provider_ref, purchase, provider_code, .. } = attempt;
        if !self.capability(purchase.family).status.possible(provider_ref.is_some()) {
            return Err(ProviderError::unsupported("a status check of this payment"));
        }
        // LEFT: its path and fields.
        let fields = [("ref", attempt.as_str())];
        let answer = self.read.ask(self.request("status", &fields)).await?;
        let reference = Some(attempt.as_str());
        status::interpret(&Asked { purchase, code: provider_code, reference }, &answer)
    }

    async fn reach(&self) -> Result<(), ProviderError> {
        let reached = reach(&self.base, self.read_timeouts).await;
        reached.map_err(|error| ProviderError::new(ProviderErrorKind::Transport, error.to_string()))
    }
}

impl fmt::Debug for Bebek {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Bebek").field("name", &self.info.name).finish_non_exhaustive()
    }
}
