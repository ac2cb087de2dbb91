//! How a simulator is set up.

use std::fmt;

/// How a simulator is set up.
#[derive(Clone)]
pub struct BebekConfig {
    /// Login of its only account; also the account's name in the ledger.
    pub username: String,
    /// The password that every request has to bring.
    pub password: String,
    /// The deposit at the start, in rupiah.
    pub balance: i64,
    /// Port on 127.0.0.1; 0 lets the system choose.
    pub port: u16,
}

impl BebekConfig {
    /// A simulator with one account, on a port of the system's choice.
    pub fn new(username: &str, password: &str, balance: i64) -> Self {
        Self { username: username.to_owned(), password: password.to_owned(), balance, port: 0 }
    }
}

/// Shows no password.
impl fmt::Debug for BebekConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("BebekConfig")
            .field("username", &self.username)
            .field("balance", &self.balance)
            .field("port", &self.port)
            .finish_non_exhaustive()
    }
}
