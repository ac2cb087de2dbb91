//! A request of the API, decoded.

use std::fmt;

use data_encoding::HEXLOWER;
use md5::{Digest as _, Md5};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::http::Request;

/// What can be asked, at either host.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// Prepaid: `check-balance`.
    CheckBalance,
    /// Prepaid: `pricelist`.
    Pricelist,
    /// Prepaid: `top-up`, the payment.
    TopUp,
    /// Prepaid: `check-status`.
    CheckStatus,
    /// Prepaid: `inquiry-pln`.
    InquiryPln,
    /// Postpaid: `pricelist-pasca`.
    PricelistPasca,
    /// Postpaid: `inq-pasca`.
    InqPasca,
    /// Postpaid: `pay-pasca`, the payment.
    PayPasca,
    /// Postpaid: `checkstatus`.
    Checkstatus,
}

/// A request of the API, decoded.
#[derive(Clone)]
pub(crate) struct Call {
    pub(crate) verb: Verb,
    fields: Map<String, Value>,
}

/// Why a request is no call.
pub(crate) enum NoCall {
    /// There is nothing at this path.
    NoSuchPage,
    /// The body is no JSON object.
    Unreadable(Host),
    /// `commands` names nothing.
    NoSuchCommand,
}

/// Which host a path belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Host {
    Prepaid,
    Postpaid,
}

const BILLS: &str = "/api/v1/bill/check";

impl Verb {
    pub(crate) const fn host(self) -> Host {
        match self {
            Self::CheckBalance
            | Self::Pricelist
            | Self::TopUp
            | Self::CheckStatus
            | Self::InquiryPln => Host::Prepaid,
            Self::PricelistPasca | Self::InqPasca | Self::PayPasca | Self::Checkstatus => {
                Host::Postpaid
            }
        }
    }

    /// Whether it moves money.
    pub(crate) const fn pays(self) -> bool {
        matches!(self, Self::TopUp | Self::PayPasca)
    }

    /// The verb of a path, where the path alone tells.
    pub(crate) fn of_path(path: &str) -> Option<Self> {
        match path {
            "/api/check-balance" => Some(Self::CheckBalance),
            "/api/top-up" => Some(Self::TopUp),
            "/api/check-status" => Some(Self::CheckStatus),
            "/api/inquiry-pln" => Some(Self::InquiryPln),
            "/api/pricelist" => Some(Self::Pricelist),
            path if path.starts_with("/api/pricelist/") => Some(Self::Pricelist),
            _ => None,
        }
    }

    fn of_command(command: &str) -> Option<Self> {
        Some(match command {
            "pricelist-pasca" => Self::PricelistPasca,
            "inq-pasca" => Self::InqPasca,
            "pay-pasca" => Self::PayPasca,
            "checkstatus" => Self::Checkstatus,
            _ => return None,
        })
    }
}

impl Call {
    pub(crate) fn new(request: &Request) -> Result<Self, NoCall> {
        let path = request.head.path.trim_end_matches('/');
        let by_path = Verb::of_path(path);
        let of_bills = path == BILLS || path.starts_with(&format!("{BILLS}/"));
        if request.head.method != "POST" || (by_path.is_none() && !of_bills) {
            return Err(NoCall::NoSuchPage);
        }
        let host = if of_bills { Host::Postpaid } else { Host::Prepaid };
        let is_json = request.head.header("content-type").is_some_and(|kind| {
            kind.split(';').next().is_some_and(|kind| kind.trim() == "application/json")
        });
        let body = serde_json::from_slice(&request.body);
        let Some(Value::Object(fields)) = body.ok().filter(|_| is_json) else {
            return Err(NoCall::Unreadable(host));
        };
        let command = fields.get("commands").and_then(Value::as_str).unwrap_or_default();
        let verb = by_path.or_else(|| Verb::of_command(command)).ok_or(NoCall::NoSuchCommand)?;
        Ok(Self { verb, fields })
    }

    /// A field as text; a number is as good.
    pub(crate) fn text(&self, name: &str) -> String {
        match self.fields.get(name) {
            Some(Value::String(text)) => text.clone(),
            Some(Value::Number(number)) => number.to_string(),
            _ => String::new(),
        }
    }

    pub(crate) fn username(&self) -> String {
        self.text("username")
    }

    pub(crate) fn reference(&self) -> String {
        self.text("ref_id")
    }

    pub(crate) fn product(&self) -> String {
        self.text(if self.verb.host() == Host::Prepaid { "product_code" } else { "code" })
    }

    pub(crate) fn customer(&self) -> String {
        self.text(if self.verb.host() == Host::Prepaid { "customer_id" } else { "hp" })
    }

    /// The open amount of an inquiry.
    pub(crate) fn amount(&self) -> Option<i64> {
        self.fields.get("desc")?.get("amount")?.as_i64()
    }

    /// Whether the signature is the one of this call.
    pub(crate) fn is_signed_with(&self, api_key: &str) -> bool {
        let what = match self.verb {
            Verb::CheckBalance => "bl".to_owned(),
            Verb::Pricelist | Verb::PricelistPasca => "pl".to_owned(),
            Verb::TopUp | Verb::CheckStatus | Verb::InqPasca => self.reference(),
            Verb::InquiryPln => self.customer(),
            Verb::PayPasca => self.text("tr_id"),
            Verb::Checkstatus => "cs".to_owned(),
        };
        self.text("sign") == signature(&self.username(), api_key, &what)
    }
}

/// `md5(username + api_key + what)`.
pub(crate) fn signature(username: &str, api_key: &str, what: &str) -> String {
    HEXLOWER.encode(&Md5::digest(format!("{username}{api_key}{what}")))
}

/// The name as in the path or in `commands`.
impl fmt::Display for Verb {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::CheckBalance => "check-balance",
            Self::Pricelist => "pricelist",
            Self::TopUp => "top-up",
            Self::CheckStatus => "check-status",
            Self::InquiryPln => "inquiry-pln",
            Self::PricelistPasca => "pricelist-pasca",
            Self::InqPasca => "inq-pasca",
            Self::PayPasca => "pay-pasca",
            Self::Checkstatus => "checkstatus",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signatures_are_made_as_documented() {
        let signed = |what| signature("081200000000", "iakkey-abc", what);
        assert_eq!(signed("order001"), "9c95b3587f5c2fda7ab7a1a67cbaa45f");
        assert_eq!(signed("bl"), "670e7126b73db4159cee4398ecc60535");
    }
}
