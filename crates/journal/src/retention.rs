//! Taking raw answers and personal data out of payments.

use ppob_types::Retention;

use crate::StoredPayment;

/// What became of taking something out of a payment.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub enum Stripped {
    /// Durable; this is the payment now.
    Done(Box<StoredPayment>),
    /// It keeps no more than that already. Nothing was written.
    Already,
    /// Somebody changed it first: re-read and ask again. Nothing was written.
    Stale,
}

impl StoredPayment {
    /// How much of it is kept.
    pub const fn retention(&self) -> Retention {
        self.payment.retention
    }

    /// What is kept of it. Id, fingerprint, version, state, money, times and references stay.
    #[must_use]
    pub fn stripped(self, to: Retention) -> Self {
        let Self { key, serial, version, request, fingerprint, payment, updated_at } = self;
        let request = match to.max(payment.retention) {
            Retention::Everything | Retention::NoRawAnswers => request,
            Retention::NoPersonalData => request.without_personal_data(),
        };
        Self {
            key,
            serial,
            version,
            request,
            fingerprint,
            payment: payment.stripped(to),
            updated_at,
        }
    }
}
