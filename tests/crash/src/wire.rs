//! Payments whose answers are cut or wrong on the wire, against what was charged and what was said.

pub mod cuts;
pub mod odd;

use std::collections::BTreeMap;

use ppob_api::v1::{AttemptState, ListPaymentsRequest, Payment, PaymentState};
use ppob_e2e::request::{customer, token, without_waiting};
use ppob_e2e::wait::until;
use ppob_e2e::{Engine, Result, World};
use ppob_simulator::mmbc::{Fault, FaultKind, PendingEnd, Stage, Verb};
use tokio::task::JoinSet;

use crate::peer::{Answer, Peer, Plan, Said};
use crate::truth::{Customer, posts, truth};

/// What the provider makes of a payment, before the wire has its say.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Work {
    /// Charged and confirmed.
    Success,
    /// Refused for good, not charged.
    Refusal,
    /// Charged and pending.
    Pending,
    /// The request is read, and not carried out.
    Nothing,
}

/// What has to come of a payment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expected {
    /// What the provider made of it.
    Understood,
    /// Nobody knows.
    InDoubt,
    /// One of the two.
    Either,
    /// As far as the answer was said: all of it is understood, a body that is not whole never.
    AsSaid,
}

/// One payment and what the wire does to it.
#[derive(Clone, Debug)]
pub struct Case {
    /// What the provider makes of it.
    pub work: Work,
    /// What comes back.
    pub answer: Answer,
    /// What has to come of it.
    pub expected: Expected,
    /// For people.
    pub name: String,
}

/// An engine whose only provider is a peer that lies on the wire.
#[derive(Debug)]
pub struct Line {
    world: World,
    peer: Peer,
    given: u64,
}

impl Line {
    /// With this binary; an answer is waited for this long, in milliseconds.
    ///
    /// # Errors
    /// If no port is free.
    pub async fn new(program: &str, pay_timeout: u64) -> Result<Self> {
        let mut world = World::new().await?;
        world.program = vec![program.to_owned()];
        let peer = Peer::start(world.provider.address()).await?;
        world.config = world.config.replace(&world.provider.base_url(), &peer.base_url());
        world.config.push_str("connect_timeout_ms = 1000\npay_timeout_ms = ");
        world.config.push_str(&pay_timeout.to_string());
        // Short answers: every byte of them costs a payment.
        let short = FaultKind::MissingFields { fields: Vec::new() };
        world.provider.add_fault(Fault::new(short).verb(Verb::Pay))?;
        // What a status check brings is not what the wire brought; so there is none, however long it takes.
        let none = FaultKind::HttpStatus { status: 503, stage: Stage::BeforeDebit };
        world.provider.add_fault(Fault::new(none).verb(Verb::Status))?;
        Ok(Self { world, peer, given: 0 })
    }

    /// Where a redirect leads that nobody must follow.
    pub fn elsewhere(&self) -> String {
        self.peer.elsewhere()
    }

    /// Pays all cases at once, none of which is answered before all were read; then kills the engine, and
    /// gives what is wrong before or after, with how much was said of each case.
    ///
    /// # Errors
    /// If the engine cannot be asked.
    pub async fn pay(&mut self, cases: &[Case]) -> Result<(Vec<String>, Vec<Said>)> {
        let engine = self.world.serve().await?;
        self.peer.hold(u64::try_from(cases.len())?);
        let mut customers = Vec::new();
        let mut calls = JoinSet::new();
        for case in cases {
            let number = customer(self.given);
            let request = without_waiting(token(&format!("wire-{:07}", self.given), &number));
            self.given += 1;
            self.prepare(case, &number)?;
            customers.push(number);
            let client = engine.client.clone();
            calls.spawn(async move { client.payments.clone().create_payment(request).await });
        }
        while let Some(call) = calls.join_next().await {
            call??;
        }
        let before = self.settled(&engine).await?;
        engine.kill().await?;
        let mut wrong = self.judge(cases, &customers, &before);
        let engine = self.world.serve().await?;
        let after = by_customer(engine.payments().await?);
        for (number, payment) in &before {
            let state = after.get(number).map(Payment::state);
            if state != Some(payment.state()) {
                wrong.push(format!("{}: {state:?} after a death", payment.payment_id));
            }
        }
        engine.kill().await?;
        wrong.extend((self.peer.strays() > 0).then(|| "a redirect was followed".to_owned()));
        let said = self.peer.said();
        let said = customers.iter().filter_map(|number| said.get(number).copied());
        Ok((wrong, said.collect()))
    }

    fn prepare(&self, case: &Case, number: &str) -> Result<()> {
        let kind = match case.work {
            Work::Refusal => Some(FaultKind::UnknownNumber {}),
            Work::Pending => Some(FaultKind::Pending { then: PendingEnd::Never, at_check: 1 }),
            Work::Success | Work::Nothing => None,
        };
        if let Some(kind) = kind {
            let fault = Fault::new(kind).verb(Verb::Pay).customer_number(number).times(1);
            self.world.provider.add_fault(fault)?;
        }
        let forwarded = case.work != Work::Nothing;
        self.peer.plan(number, Plan { forwarded, answer: case.answer.clone() });
        Ok(())
    }

    /// Every payment, once nothing is being sent any more.
    async fn settled(&self, engine: &Engine) -> Result<BTreeMap<String, Payment>> {
        until("every answer is taken in", async || {
            let open = ListPaymentsRequest {
                states: vec![PaymentState::Accepted.into(), PaymentState::Processing.into()],
                page_size: 500,
                ..ListPaymentsRequest::default()
            };
            let page = engine.client.payments.clone().list_payments(open).await;
            let page = page.map_err(|status| status.to_string())?.into_inner().payments;
            let sending = page.iter().filter(|payment| is_under_way(payment)).count();
            if sending == 0 { Ok(()) } else { Err(format!("{sending} are being sent")) }
        })
        .await?;
        Ok(by_customer(engine.payments().await?))
    }

    fn judge(
        &self,
        cases: &[Case],
        customers: &[String],
        payments: &BTreeMap<String, Payment>,
    ) -> Vec<String> {
        let (posts_here, said) = (self.peer.posts(), self.peer.said());
        let truth = truth(&self.world.provider, posts(&self.world.provider));
        let mut wrong = Vec::new();
        for (case, number) in cases.iter().zip(customers) {
            let name = &case.name;
            let (Some(payment), Some(said)) = (payments.get(number), said.get(number)) else {
                wrong.push(format!("{name}: never came"));
                continue;
            };
            let posts = posts_here.get(number).copied().unwrap_or(0);
            if posts != 1 {
                wrong.push(format!("{name}: read {posts} times"));
            }
            let charges = truth.get(number).map_or(0, |Customer { charges, .. }| charges.len());
            let found = judge(case, payment.state(), *said, charges);
            wrong.extend(found.map(|what| format!("{name}: {what} ({charges} charges)")));
        }
        wrong
    }
}

fn is_under_way(payment: &Payment) -> bool {
    payment.attempts.last().is_none_or(|attempt| attempt.state() == AttemptState::Sending)
}

fn by_customer(payments: Vec<Payment>) -> BTreeMap<String, Payment> {
    payments.into_iter().map(|payment| (payment.customer_number.clone(), payment)).collect()
}

/// What is wrong with a payment in this state, of which that was said, and that was charged so often.
fn judge(case: &Case, state: PaymentState, said: Said, charges: usize) -> Option<String> {
    let understood = match case.work {
        Work::Success => PaymentState::Succeeded,
        Work::Refusal => PaymentState::Failed,
        Work::Pending => PaymentState::Processing,
        Work::Nothing => PaymentState::InDoubt,
    };
    let word = state.as_str_name();
    if state == PaymentState::Failed && charges > 0 {
        return Some("told FAILED, and charged".to_owned());
    }
    if state == PaymentState::Succeeded && charges != 1 {
        return Some("told SUCCEEDED, and not charged once".to_owned());
    }
    if state != PaymentState::InDoubt && (!said.whole_body || state != understood) {
        return Some(format!("told {word} without an answer that says so"));
    }
    let in_doubt = state == PaymentState::InDoubt;
    let as_expected = match case.expected {
        Expected::Understood => state == understood,
        Expected::InDoubt => in_doubt,
        Expected::Either => true,
        Expected::AsSaid if said.all => state == understood,
        Expected::AsSaid => said.whole_body || in_doubt,
    };
    (!as_expected).then(|| format!("{word}, where {:?} was expected", case.expected))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::peer::Framing;

    fn wrong(work: Work, state: PaymentState, whole_body: bool, charges: usize) -> bool {
        let case = Case {
            work,
            answer: Answer::right(Framing::Close),
            expected: Expected::Either,
            name: String::new(),
        };
        let said = Said { whole_body, all: whole_body, length: 1 };
        judge(&case, state, said, charges).is_some()
    }

    #[test]
    fn only_a_whole_answer_makes_more_than_a_doubt() {
        use PaymentState::{Failed, InDoubt, Processing, Succeeded};
        assert!(!wrong(Work::Success, Succeeded, true, 1));
        assert!(!wrong(Work::Success, InDoubt, false, 1));
        assert!(!wrong(Work::Refusal, Failed, true, 0));
        assert!(!wrong(Work::Pending, Processing, true, 1));
        assert!(wrong(Work::Success, Succeeded, false, 1));
        assert!(wrong(Work::Success, Succeeded, true, 0));
        assert!(wrong(Work::Success, Succeeded, true, 2));
        assert!(wrong(Work::Success, Failed, true, 1));
        assert!(wrong(Work::Refusal, Failed, false, 0));
        assert!(wrong(Work::Nothing, Failed, true, 0));
        assert!(wrong(Work::Pending, Processing, false, 1));
    }
}
