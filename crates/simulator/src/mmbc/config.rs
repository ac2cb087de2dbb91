//! How a simulator is set up.

use std::fmt;
use std::sync::Arc;

use super::accounts::AccountConfig;

/// Gives the local time (WIB) as the provider writes it: `YYYY-MM-DD HH:MM:SS`.
pub type LocalTime = Arc<dyn Fn() -> String + Send + Sync>;

/// The local time of a simulator that was given no clock.
pub const FIXED_LOCAL_TIME: &str = "2026-01-15 10:00:00";

/// How a simulator is set up.
#[derive(Clone)]
pub struct MmbcConfig {
    /// Port of the API on 127.0.0.1; 0 lets the system choose.
    pub port: u16,
    /// Port of the control endpoint on 127.0.0.1; 0 lets the system choose.
    pub control_port: u16,
    /// The accounts, at least one, each username once.
    pub accounts: Vec<AccountConfig>,
    /// The clock behind `ppob_tanggal`, billing months and the ledger.
    pub local_time: LocalTime,
    /// The number of the first invoice.
    pub first_invoice: u64,
    /// Whether admin and fee count once per month of a bill. The document knows only `Tagihan +
    /// 700`, so they count once per payment by default.
    pub admin_per_sheet: bool,
    /// Whether `cekstatus` answers `ppob_kodeagen`, which the document lacks and clients read.
    pub agent_in_status: bool,
}

/// Why a simulator could not start.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Nobody could log in.
    #[error("a simulator needs at least one account")]
    NoAccount,
    /// Two accounts have one username.
    #[error("the account {0} is configured twice")]
    DuplicateAccount(String),
    /// The port is taken, or there are no sockets left.
    #[error("cannot listen on 127.0.0.1, choose another port or 0: {0}")]
    Listen(#[from] std::io::Error),
}

impl MmbcConfig {
    /// A simulator on ports of the system's choice, at a fixed local time.
    pub fn new(accounts: Vec<AccountConfig>) -> Self {
        Self {
            port: 0,
            control_port: 0,
            accounts,
            local_time: Arc::new(|| FIXED_LOCAL_TIME.to_owned()),
            first_invoice: 20_000_001,
            admin_per_sheet: false,
            agent_in_status: false,
        }
    }

    /// The same simulator with a clock.
    #[must_use]
    pub fn local_time(mut self, now: impl Fn() -> String + Send + Sync + 'static) -> Self {
        self.local_time = Arc::new(now);
        self
    }
}

impl fmt::Debug for MmbcConfig {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("MmbcConfig")
            .field("port", &self.port)
            .field("control_port", &self.control_port)
            .field("accounts", &self.accounts)
            .field("first_invoice", &self.first_invoice)
            .field("admin_per_sheet", &self.admin_per_sheet)
            .field("agent_in_status", &self.agent_in_status)
            .finish_non_exhaustive()
    }
}
