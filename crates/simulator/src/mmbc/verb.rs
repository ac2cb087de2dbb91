//! The verbs of the API.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A verb of the API, by its name in the path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub enum Verb {
    /// `daftarharga`: the price list.
    #[serde(rename = "daftarharga")]
    PriceList,
    /// `cektagihan`: what a customer owes.
    #[serde(rename = "cektagihan")]
    Inquiry,
    /// `bayartagihan`: the payment.
    #[serde(rename = "bayartagihan")]
    Pay,
    /// `cekstatus`: how a payment with an invoice stands.
    #[serde(rename = "cekstatus")]
    Status,
    /// `ceksaldo`: the deposit. Not in the document; clients of the real API call it.
    #[serde(rename = "ceksaldo")]
    Balance,
}

impl Verb {
    pub(crate) fn of_path(path: &str) -> Option<Self> {
        Some(match path {
            "/json/ppob/daftarharga" => Self::PriceList,
            "/json/ppob/cektagihan" => Self::Inquiry,
            "/json/ppob/bayartagihan" => Self::Pay,
            "/json/ppob/cekstatus" => Self::Status,
            "/json/ceksaldo" => Self::Balance,
            _ => return None,
        })
    }
}

/// The name in the path.
impl fmt::Display for Verb {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::PriceList => "daftarharga",
            Self::Inquiry => "cektagihan",
            Self::Pay => "bayartagihan",
            Self::Status => "cekstatus",
            Self::Balance => "ceksaldo",
        })
    }
}
