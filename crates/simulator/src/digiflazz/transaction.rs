//! One transaction as the provider keeps it, and how it goes on.

use super::bills::Owed;
use super::faults::PendingEnd;

/// A transaction under one reference of one account.
#[derive(Clone, Debug)]
pub(crate) struct Transaction {
    pub(crate) account: String,
    pub(crate) reference: String,
    pub(crate) code: String,
    pub(crate) customer: String,
    /// The bill; none for a prepaid purchase.
    pub(crate) owed: Option<Owed>,
    /// What leaves the deposit, in rupiah.
    pub(crate) price: i64,
    /// In seconds since 1970.
    pub(crate) created_at: i64,
    pub(crate) last_call_at: i64,
    pub(crate) checks: u32,
    pub(crate) standing: Standing,
    pub(crate) serial: String,
    /// The look-up from which on the serial number is told.
    pub(crate) serial_from: u32,
    /// Its latest place in the ledger.
    pub(crate) charge: Option<u64>,
    /// Where its callbacks go, if not where those of the account do.
    pub(crate) callback_url: Option<String>,
}

/// How a transaction stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It was only asked what is owed.
    Inquired,
    /// It succeeded; perhaps the money comes back later.
    Succeeded {
        /// Whether it will.
        then_refunded: bool,
    },
    /// It is worked on.
    Pending {
        /// 03 or 99.
        rc: String,
        /// How it ends.
        then: PendingEnd,
    },
    /// It was called timed out.
    TimedOut {
        /// 01 or 70.
        rc: String,
        /// Whether it was delivered all the same.
        delivered: bool,
    },
    /// It failed.
    Failed {
        /// Why.
        rc: String,
    },
    /// It succeeded, and the money came back.
    Refunded,
}

impl Transaction {
    /// The code with which it is told now.
    pub(crate) fn rc(&self) -> &str {
        match &self.standing {
            Standing::Inquired | Standing::Succeeded { .. } => "00",
            Standing::Pending { rc, .. }
            | Standing::TimedOut { rc, .. }
            | Standing::Failed { rc } => rc,
            Standing::Refunded => "74",
        }
    }

    /// The serial number, once it is told.
    pub(crate) fn told_serial(&self) -> &str {
        let told = matches!(self.standing, Standing::Succeeded { .. } | Standing::Refunded)
            && self.checks >= self.serial_from;
        if told { &self.serial } else { "" }
    }

    /// How it ends, if it still has to.
    pub(crate) fn end(&self) -> Option<Standing> {
        let failed = || Standing::Failed { rc: "02".to_owned() };
        let succeeded = || Standing::Succeeded { then_refunded: false };
        match &self.standing {
            Standing::Pending { then: PendingEnd::Succeeds, .. }
            | Standing::TimedOut { delivered: true, .. } => Some(succeeded()),
            Standing::Pending { then: PendingEnd::Fails, .. }
            | Standing::TimedOut { delivered: false, .. } => Some(failed()),
            Standing::Succeeded { then_refunded: true } => Some(Standing::Refunded),
            _ => None,
        }
    }
}
