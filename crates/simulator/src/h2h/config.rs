//! How a simulator is set up.

use std::fmt;
use std::sync::Arc;

use super::catalogue::{Product, usual};
use crate::CallbackAddress;

/// The local time of a simulator that was given no clock.
const FIXED_LOCAL_TIME: &str = "2026-01-15 10:00:00";

/// Which way of speaking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Profile {
    /// Everything in the query, answers in words.
    OkeConnect,
    /// Signed queries, answers in words.
    OtomaX,
    /// JSON with capital keys.
    Rajabiller,
}

/// How a simulator is set up: one account at one centre.
#[derive(Clone)]
pub struct H2hConfig {
    /// How it speaks.
    pub profile: Profile,
    /// Port of the API on 127.0.0.1; 0 lets the system choose.
    pub port: u16,
    /// Port of the control endpoint on 127.0.0.1; 0 lets the system choose.
    pub control_port: u16,
    /// `memberID` or `uid`.
    pub member: String,
    /// The PIN.
    pub pin: String,
    /// The password, where the profile has one.
    pub password: String,
    /// The deposit, in rupiah.
    pub balance: i64,
    /// What is sold.
    pub products: Vec<Product>,
    /// Where callbacks go, if anywhere.
    pub callbacks: Option<CallbackAddress>,
    /// Whether answers in fields repeat the PIN, as some do, and not `------`.
    pub repeats_pin: bool,
    /// The number of the first order, and of the first inquiry.
    pub first_number: u64,
    /// Local time (WIB), `YYYY-MM-DD HH:MM:SS`.
    pub local_time: Arc<dyn Fn() -> String + Send + Sync>,
}

/// Why a simulator could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The port is taken, or there are no sockets left.
    #[error("cannot listen on 127.0.0.1, choose another port or 0: {0}")]
    Listen(#[from] std::io::Error),
}

impl H2hConfig {
    /// A centre on ports of the system's choice, with its usual products and a deposit of `balance`.
    pub fn new(profile: Profile, member: &str, pin: &str, password: &str, balance: i64) -> Self {
        Self {
            profile,
            port: 0,
            control_port: 0,
            member: member.to_owned(),
            pin: pin.to_owned(),
            password: password.to_owned(),
            balance,
            products: usual(profile),
            callbacks: None,
            repeats_pin: false,
            first_number: 41_168_892,
            local_time: Arc::new(|| FIXED_LOCAL_TIME.to_owned()),
        }
    }
}

/// Shows neither PIN nor password.
impl fmt::Debug for H2hConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("H2hConfig")
            .field("profile", &self.profile)
            .field("member", &self.member)
            .field("balance", &self.balance)
            .field("products", &self.products.len())
            .finish_non_exhaustive()
    }
}
