//! The plugin: from the contract's calls to requests and back.

use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use ppob_http::{BaseUrl, PayClient, ReadClient, Request, Timeouts, reach};
use ppob_provider::{
    AttemptRef, BuildError, BuildRequest, BuiltProvider, CallContext, Capability, InquiryRequest,
    InquiryRule, PayRequest, PpobProvider, ProviderError, ProviderErrorKind, ProviderInfo,
    ProviderKind, RefusalTrial, RefusalTrust, SendPermit, StatusLookup, TrialError,
};
use ppob_types::{
    Bill, Family, NotSentCause, PayAnswer, PriceList, Purchase, RawAnswer, Rupiah, StatusReport,
};
use secrecy::{ExposeSecret, SecretString};

use crate::codes::Refusals;
use crate::config::{Config, Settings};
use crate::echo::Asked;
use crate::{balance, families, inquiry, mapping, pay, prices, status};

/// MMBC, for the registry. Its settings stand in the configuration's example.
pub const KIND: ProviderKind = ProviderKind { kind: "mmbc", build };

/// One account at MMBC.
struct Mmbc {
    info: ProviderInfo,
    username: SecretString,
    password: SecretString,
    pay: PayClient,
    read: ReadClient,
    refusals: Refusals,
    trust: RefusalTrust,
    late_execution_bound: Duration,
    balance_path: Option<String>,
    base: BaseUrl,
    read_timeouts: Timeouts,
}

/// A pattern that is tried.
#[derive(Debug)]
struct Trial(Refusals);

fn build(request: BuildRequest) -> Result<BuiltProvider, BuildError> {
    let Settings {
        base,
        username,
        password,
        pay_timeouts,
        read_timeouts,
        price_list_every,
        late_execution_bound,
        balance_path,
        trust,
        refusals,
        warnings,
    } = Config::read(&request.settings)?.check()?;
    let client = |error: ppob_http::ClientError| BuildError::new("base_url", error.to_string());
    let info = ProviderInfo {
        kind: KIND.kind,
        name: request.name,
        login: username.expose_secret().into(),
        address: base.address(),
        plaintext: base.is_plaintext(),
        price_list_every,
        tells_balance: balance_path.is_some(),
    };
    let provider = Mmbc {
        info,
        username,
        password,
        pay: PayClient::new(base.clone(), pay_timeouts).map_err(client)?,
        read: ReadClient::new(base.clone(), read_timeouts).map_err(client)?,
        refusals,
        trust,
        late_execution_bound,
        balance_path,
        base,
        read_timeouts,
    };
    Ok(BuiltProvider { provider: Arc::new(provider), mapping: mapping::map.into(), warnings })
}

impl Mmbc {
    /// A request to a verb, with the credentials that every request carries.
    fn form(&self, path: &str, fields: &[(&str, &str)]) -> Request {
        let mut all = vec![
            ("username", self.username.expose_secret()),
            ("password", self.password.expose_secret()),
        ];
        all.extend_from_slice(fields);
        Request::form(path, &all)
    }

    fn form_for(&self, path: &str, purchase: &Purchase, code: &str) -> Request {
        let fields =
            [("ppob_kodeproduk", code), ("ppob_nomorpelanggan", purchase.customer.expose())];
        self.form(path, &fields)
    }
}

/// MMBC has no field for an amount or a parameter, and must not pay something else instead.
fn is_expressible(purchase: &Purchase) -> bool {
    families::is_sold(purchase.family)
        && purchase.amount.is_none()
        && purchase.parameters.is_empty()
}

#[async_trait]
impl PpobProvider for Mmbc {
    fn info(&self) -> &ProviderInfo {
        &self.info
    }

    fn capability(&self, family: Family) -> Capability {
        if !families::is_sold(family) {
            return Capability::default();
        }
        Capability {
            pay: true,
            inquiry: InquiryRule::Unbound,
            status: StatusLookup::ProviderReference,
            repeat_same_day: !family.is_bill(),
            late_execution_bound: self.late_execution_bound,
            refusals: self.trust,
            ..Capability::default()
        }
    }

    async fn price_list(&self, _: &CallContext) -> Result<PriceList, ProviderError> {
        let answer = self.read.ask(self.form("daftarharga", &[])).await?;
        prices::interpret(&answer, &self.refusals)
    }

    async fn inquire(
        &self,
        _: &CallContext,
        request: &InquiryRequest,
    ) -> Result<Bill, ProviderError> {
        if !is_expressible(&request.purchase) {
            return Err(ProviderError::unsupported("this family, amount or parameter"));
        }
        let form = self.form_for("cektagihan", &request.purchase, &request.provider_code);
        let answer = self.read.ask(form).await?;
        let asked = Asked { purchase: &request.purchase, code: &request.provider_code };
        inquiry::interpret(&asked, &answer, &self.refusals)
    }

    async fn pay(&self, _: &CallContext, request: &PayRequest, permit: SendPermit) -> PayAnswer {
        if !is_expressible(&request.purchase) {
            return PayAnswer::not_sent(NotSentCause::Unsupported);
        }
        let form = self.form_for("bayartagihan", &request.purchase, &request.provider_code);
        let sent = self.pay.send(permit, form).await;
        let asked = Asked { purchase: &request.purchase, code: &request.provider_code };
        pay::interpret(&asked, sent, &self.refusals)
    }

    async fn check_status(
        &self,
        _: &CallContext,
        attempt: &AttemptRef,
    ) -> Result<StatusReport, ProviderError> {
        if !families::is_sold(attempt.purchase.family) {
            return Err(ProviderError::unsupported("this family"));
        }
        let Some(invoice) = &attempt.provider_ref else {
            return Err(ProviderError::unsupported("a status check without an invoice number"));
        };
        let fields = [
            ("invoice", invoice.as_str()),
            ("ppob_nomorpelanggan", attempt.purchase.customer.expose()),
        ];
        let answer = self.read.ask(self.form("cekstatus", &fields)).await?;
        let asked = Asked { purchase: &attempt.purchase, code: &attempt.provider_code };
        status::interpret(&asked, invoice, &answer, &self.refusals)
    }

    async fn reach(&self) -> Result<(), ProviderError> {
        let reached = reach(&self.base, self.read_timeouts).await;
        reached.map_err(|error| ProviderError::new(ProviderErrorKind::Transport, error.to_string()))
    }

    async fn balance(&self, _: &CallContext) -> Result<Rupiah, ProviderError> {
        let Some(path) = &self.balance_path else {
            return Err(ProviderError::unsupported("balance, without balance_path"));
        };
        let answer = self.read.ask(self.form(path, &[])).await?;
        balance::interpret(&answer, &self.refusals)
    }

    fn try_refusal(&self, pattern: &str) -> Result<Box<dyn RefusalTrial>, TrialError> {
        let refusals = Refusals::only(pattern);
        let refusals = refusals.map_err(|error| TrialError::Refused(error.to_string()))?;
        Ok(Box::new(Trial(refusals)))
    }
}

impl RefusalTrial for Trial {
    fn refuses(&self, answer: &RawAnswer) -> bool {
        pay::is_refused(answer, &self.0)
    }
}

impl fmt::Debug for Mmbc {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Mmbc").field("name", &self.info.name).finish_non_exhaustive()
    }
}
