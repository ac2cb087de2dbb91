//! What is known of attempts and deposits, as far as evidence is held against it.

use ppob_types::{CustomerNumber, PaymentKey, ProviderRef, Rupiah, Timestamp};

/// An attempt at the provider whose statement or day it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AttemptFacts {
    /// Whose it is.
    pub key: PaymentKey,
    /// Which attempt of the payment.
    pub number: u32,
    /// The provider's reference, as far as known.
    pub reference: Option<ProviderRef>,
    /// The customer; none once personal data are gone.
    pub customer: Option<CustomerNumber>,
    /// The provider's own code of the product.
    pub provider_code: String,
    /// What it was expected to cost.
    pub expected_cost: Rupiah,
    /// The most it may cost.
    pub max_cost: Rupiah,
    /// When it began.
    pub begun_at: Timestamp,
    /// No debit of it is later than this.
    pub debited_until: Timestamp,
    /// What is known of its outcome.
    pub standing: Standing,
}

/// What is known of the outcome of an attempt.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It paid.
    Succeeded {
        /// What was debited.
        cost: Rupiah,
    },
    /// It paid, and the provider gave the money back.
    Reversed {
        /// What was debited.
        cost: Rupiah,
    },
    /// Being sent, pending or unknown.
    Open,
    /// Not sent, refused or not executed, and nothing speaks against that.
    Dead,
    /// Taken as dead, and a charge was found later.
    LateCharge {
        /// What was debited, as far as known.
        cost: Rupiah,
    },
}

/// A deposit as an operator recorded it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DepositFacts {
    /// The operator's id of it.
    pub id: String,
    /// How much; below zero for money taken out.
    pub amount: Rupiah,
    /// When it was credited.
    pub credited_at: Timestamp,
}

impl AttemptFacts {
    /// What the deposit lost by it, for all that is known; of an open one, what it may have lost.
    pub const fn known(&self) -> Rupiah {
        match self.standing {
            Standing::Succeeded { cost } | Standing::LateCharge { cost } => cost,
            Standing::Open => self.expected_cost,
            Standing::Reversed { .. } | Standing::Dead => Rupiah::ZERO,
        }
    }
}
