//! What is kept of a payment when raw answers or personal data go. Taken apart field by field, so that a
//! new field cannot be forgotten.

use ppob_types::{Observed, Retention};

use crate::{Attempt, LateCharge, Payment, PaymentRequest, ShownBill};

impl Payment {
    /// Whether anything may be taken out of it: it has ended and awaits nothing.
    pub const fn may_be_stripped(&self) -> bool {
        self.is_concluded() && self.next_check_at.is_none()
    }

    /// What is kept of it. State, money, times and references stay; what is gone does not come back.
    #[must_use]
    pub fn stripped(self, to: Retention) -> Self {
        let Self {
            terms,
            attempts,
            conclusion,
            contradicted,
            no_further_attempt,
            next_check_at,
            retention,
        } = self;
        let to = to.max(retention);
        Self {
            terms,
            attempts: attempts.into_iter().map(|attempt| attempt.stripped(to)).collect(),
            conclusion,
            contradicted,
            no_further_attempt,
            next_check_at,
            retention: to,
        }
    }
}

impl Attempt {
    fn stripped(self, to: Retention) -> Self {
        let Self {
            number,
            id,
            provider,
            provider_code,
            expected_cost,
            max_cost,
            expected_total,
            begun_at,
            no_negative_verdict_before,
            state,
            basis,
            changed_at,
            observed,
            answer_to_pay,
            checks,
            checked_at,
            evidence,
            late_charge,
            hint,
        } = self;
        Self {
            number,
            id,
            provider,
            provider_code,
            expected_cost,
            max_cost,
            expected_total,
            begun_at,
            no_negative_verdict_before,
            state,
            basis,
            changed_at,
            observed: observed.stripped(to),
            answer_to_pay: answer_to_pay.filter(|_| to.is_everything()),
            checks,
            checked_at,
            evidence,
            late_charge: late_charge.map(|LateCharge { observed, basis, found_at, cleared_at }| {
                let observed: Observed = observed.stripped(to);
                LateCharge { observed, basis, found_at, cleared_at }
            }),
            hint,
        }
    }
}

impl PaymentRequest {
    /// What is kept when personal data go.
    #[must_use]
    pub fn without_personal_data(self) -> Self {
        let Self { purchase, approval, allow_lower_total, repeat, despite_in_doubt, shown } = self;
        Self {
            purchase: purchase.without_personal_data(),
            approval,
            allow_lower_total,
            repeat,
            despite_in_doubt,
            shown: shown.map(|shown| {
                let ShownBill { provider, bill } = *shown;
                Box::new(ShownBill { provider, bill: bill.without_personal_data() })
            }),
        }
    }
}
