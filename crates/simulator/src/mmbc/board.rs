//! The faults that are switched on, and which of them a request gets.

use std::collections::BTreeSet;

use super::faults::{Fault, FaultError, FaultKind, Stage};
use super::verb::Verb;

/// What a fault's filters are compared with.
#[derive(Clone, Copy)]
pub(crate) struct Situation<'a> {
    pub(crate) verb: Verb,
    pub(crate) account: &'a str,
    pub(crate) product: &'a str,
    pub(crate) customer_number: &'a str,
}

/// The active faults, oldest first.
#[derive(Default)]
pub(crate) struct FaultBoard {
    faults: Vec<Fault>,
}

impl FaultBoard {
    pub(crate) fn add(&mut self, fault: Fault) -> Result<(), FaultError> {
        fault.check()?;
        self.faults.push(fault);
        Ok(())
    }

    pub(crate) fn clear(&mut self) {
        self.faults.clear();
    }

    pub(crate) fn active(&self) -> &[Fault] {
        &self.faults
    }

    /// The connection fault that strikes before the body of a request is read.
    pub(crate) fn take_before_body(&mut self, verb: Verb) -> Option<FaultKind> {
        let fault = self.faults.iter_mut().find(|fault| {
            fault.fault.stage() == Some(Stage::BeforeBody)
                && fault.verb.is_none_or(|wanted| wanted == verb)
        })?;
        let kind = fault.fault.clone();
        use_up(fault);
        self.forget_used();
        Some(kind)
    }

    /// The oldest matching fault of every slot; each of them is used up once.
    pub(crate) fn take(&mut self, situation: &Situation<'_>) -> Vec<FaultKind> {
        if self.faults.is_empty() {
            return Vec::new();
        }
        let mut filled = BTreeSet::new();
        let mut taken = Vec::new();
        for fault in &mut self.faults {
            if fault.fault.stage() != Some(Stage::BeforeBody)
                && fault.matches(situation)
                && filled.insert(fault.fault.slot())
            {
                taken.push(fault.fault.clone());
                use_up(fault);
            }
        }
        self.forget_used();
        taken
    }

    /// Whether the price list shows a product as closed at an account.
    pub(crate) fn closes(&self, account: &str, product: &str) -> bool {
        self.faults.iter().any(|fault| {
            fault.fault == FaultKind::Closed {}
                && fault.verb.is_none_or(|verb| verb == Verb::PriceList)
                && fault.account.as_deref().is_none_or(|wanted| wanted == account)
                && fault.product.as_deref().is_none_or(|wanted| wanted == product)
                && fault.customer_number.is_none()
        })
    }

    fn forget_used(&mut self) {
        self.faults.retain(|fault| fault.times != Some(0));
    }
}

impl Fault {
    fn matches(&self, situation: &Situation<'_>) -> bool {
        let is = |wanted: &Option<String>, actual: &str| {
            wanted.as_deref().is_none_or(|wanted| wanted == actual)
        };
        let shows_in_list = self.fault == FaultKind::Closed {} && situation.verb == Verb::PriceList;
        !shows_in_list
            && self.fault.happens_at(situation.verb)
            && self.verb.is_none_or(|verb| verb == situation.verb)
            && is(&self.account, situation.account)
            && is(&self.product, situation.product)
            && is(&self.customer_number, situation.customer_number)
    }
}

fn use_up(fault: &mut Fault) {
    fault.times = fault.times.map(|times| times.saturating_sub(1));
}

#[cfg(test)]
mod tests {
    use super::*;

    const PAY: Situation<'_> =
        Situation { verb: Verb::Pay, account: "a", product: "PLN", customer_number: "1" };

    fn refusal(reason: &str) -> FaultKind {
        FaultKind::Refusal { reason: reason.to_owned() }
    }

    #[test]
    fn faults_of_one_slot_come_one_after_another() {
        let mut board = FaultBoard::default();
        board.add(Fault::new(refusal("one")).times(1)).unwrap();
        board.add(Fault::new(refusal("two")).times(1)).unwrap();
        board.add(Fault::new(FaultKind::PhpNotice {}).times(1)).unwrap();
        assert_eq!(board.take(&PAY), [refusal("one"), FaultKind::PhpNotice {}]);
        assert_eq!(board.take(&PAY), [refusal("two")]);
        assert_eq!(board.take(&PAY), []);
        assert_eq!(board.active(), []);
    }

    #[test]
    fn filters_must_all_match() {
        for other in [
            Fault::new(refusal("x")).account("b"),
            Fault::new(refusal("x")).verb(Verb::Inquiry),
            Fault::new(refusal("x")).product("PLNS20"),
            Fault::new(refusal("x")).customer_number("2"),
        ] {
            let mut board = FaultBoard::default();
            board.add(other).unwrap();
            assert_eq!(board.take(&PAY), []);
        }
    }

    #[test]
    fn a_fault_that_can_never_happen_is_refused() {
        let mut board = FaultBoard::default();
        let early = FaultKind::Drop { stage: Stage::BeforeBody, ending: crate::http::Ending::Fin };
        assert_eq!(board.add(Fault::new(early).account("a")), Err(FaultError::FilterBeforeBody));
        let late = Fault::new(FaultKind::DuplicateRows {}).verb(Verb::Pay);
        assert_eq!(board.add(late), Err(FaultError::VerbWithoutEffect));
        assert_eq!(board.add(Fault::new(refusal("x")).times(0)), Err(FaultError::ZeroTimes));
        let status = FaultKind::HttpStatus { status: 99, stage: Stage::BeforeDebit };
        assert_eq!(board.add(Fault::new(status)), Err(FaultError::Status));
    }
}
