//! A request of the API, decoded.

use std::collections::BTreeMap;

use super::verb::Verb;
use crate::http::{Request, parameters};

/// A request of the API, decoded.
pub(crate) struct Call {
    pub(crate) verb: Verb,
    parameters: BTreeMap<String, String>,
}

impl Call {
    /// Parameters count from the body and, as clients of the real API show, from the query.
    pub(crate) fn new(verb: Verb, request: &Request) -> Self {
        let mut all = parameters(request.head.query.as_bytes());
        all.extend(parameters(&request.body));
        Self { verb, parameters: all }
    }

    pub(crate) fn username(&self) -> &str {
        self.get("username")
    }

    pub(crate) fn password(&self) -> &str {
        self.get("password")
    }

    pub(crate) fn product(&self) -> &str {
        self.get("ppob_kodeproduk")
    }

    pub(crate) fn customer_number(&self) -> &str {
        self.get("ppob_nomorpelanggan")
    }

    /// The invoice number; the parameter has no `ppob_` in front.
    pub(crate) fn invoice(&self) -> Option<u64> {
        self.get("invoice").parse().ok()
    }

    /// Whether every parameter the verb requires is there.
    pub(crate) fn is_complete(&self) -> bool {
        let required: &[&str] = match self.verb {
            Verb::PriceList | Verb::Balance => &["username", "password"],
            Verb::Inquiry | Verb::Pay => {
                &["username", "password", "ppob_kodeproduk", "ppob_nomorpelanggan"]
            }
            Verb::Status => &["username", "password", "invoice", "ppob_nomorpelanggan"],
        };
        required.iter().all(|name| !self.get(name).is_empty())
    }

    fn get(&self, name: &str) -> &str {
        self.parameters.get(name).map_or("", String::as_str)
    }
}
