//! What is asked for, and where.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::answers;
use super::book::Book;
use super::config::BebekConfig;
use crate::http::{Answer, Handler, Head, Reply, Request, parameters};

/// The pipeline of a request: who asks, what for, and what is answered.
pub(super) struct Service {
    config: BebekConfig,
    book: Arc<Mutex<Book>>,
}

impl Service {
    pub(super) fn new(config: BebekConfig, book: Arc<Mutex<Book>>) -> Self {
        Self { config, book }
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// LEFT: how the document signs or names who asks.
    fn is_ours(&self, form: &BTreeMap<String, String>) -> bool {
        let is = |name: &str, value: &str| form.get(name).is_some_and(|given| given == value);
        is("username", &self.config.username) && is("password", &self.config.password)
    }
}

impl Handler for Service {
    fn before_body(&self, _: &Head) -> Option<Reply> {
        None
    }

    /// LEFT: the paths and fields of the document.
    async fn respond(&self, request: Request) -> Reply {
        let form = parameters(&request.body);
        let field = |name: &str| form.get(name).map(String::as_str).unwrap_or_default();
        let answer = match request.head.path.as_str() {
            _ if !self.is_ours(&form) => answers::wrong_login(),
            "/api/pay" => {
                let order = self.book().pay(field("ref"), field("product"), field("number"));
                answers::payment(&order)
            }
            "/api/status" => {
                let found = self.book().find(field("ref")).map(answers::payment);
                found.unwrap_or_else(answers::not_found)
            }
            "/api/prices" => answers::prices(),
            _ => return Reply::Answer(Answer::new(404, "text/html", "not here")),
        };
        Reply::Answer(Answer::new(200, "application/json", answer.to_string()))
    }
}
