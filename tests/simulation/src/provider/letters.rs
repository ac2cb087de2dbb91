//! What a model provider tells by itself: true, late, twice, in any order, and sometimes wrong.

use std::fmt::Write as _;
use std::time::Duration;

use ppob_payment::{Mutant, mutated};
use ppob_provider::{Callback, CallbackError, RawCallback};
use ppob_types::{
    AttemptId, Observed, ProviderName, ProviderRef, RefusalCode, RefusalScope, Rejection, Rupiah,
    Sensitive, StatusReport, StatusVerdict,
};

use super::Model;
use super::orders::{Fate, Order};
use crate::fault::Fault;
use crate::random::Random;
use crate::world::{Habit, ProviderPlan};

/// A callback on its way.
#[derive(Clone, Debug)]
pub(crate) struct Letter {
    pub(crate) provider: ProviderName,
    pub(crate) raw: RawCallback,
    /// How long it takes.
    pub(crate) after: Duration,
    /// It is sent again until somebody has taken it.
    pub(crate) until_taken: bool,
    /// It says paid of this attempt, which was refused: the engine must call that a contradiction.
    pub(crate) contradicts: Option<AttemptId>,
}

/// What a callback says.
struct Words<'a> {
    order: &'a Order,
    verdict: &'static str,
    attempt: &'a AttemptId,
    reference: ProviderRef,
    money_off_by: i64,
}

impl<'a> Words<'a> {
    fn about(order: &'a Order, verdict: &'static str) -> Self {
        let reference = order.reference.clone();
        Self { order, verdict, attempt: &order.attempt, reference, money_off_by: 0 }
    }
}

impl Model {
    fn secret(&self) -> String {
        format!("secret of {}", self.plan().name)
    }

    /// News of an order goes out.
    pub(super) fn tell(&self, index: usize) {
        if !self.plan().callbacks {
            return;
        }
        let letters = {
            let mut state = self.state();
            let Some(order) = state.order(index).cloned() else { return };
            let stranger = state.somebody_elses_attempt(&order);
            self.letters(&order, stranger.as_ref(), &mut state.random)
        };
        for letter in letters {
            self.stage().post(letter);
        }
    }

    fn letters(
        &self,
        order: &Order,
        stranger: Option<&AttemptId>,
        random: &mut Random,
    ) -> Vec<Letter> {
        let mut letters = Vec::new();
        let stage = self.stage();
        let soon = random.millis(20, 3_000);
        if order.fate == Fate::GivenBack {
            letters.push(Letter { until_taken: true, ..self.letter(order, "reversed", soon) });
            stage.count(Fault::CallbackOnTime);
        } else if order.fate == Fate::Dropped {
            if stage.happens(random, Fault::CallbackOtherMoney) {
                let words = Words { money_off_by: 5_000, ..Words::about(order, "paid") };
                letters.push(self.sealed(&words, soon));
            }
        } else {
            self.letters_about(order, soon, random, &mut letters);
        }
        if stage.happens(random, Fault::CallbackForged) {
            let after =
                if random.permille(500) { random.millis(0, 50) } else { random.seconds(1, 90) };
            let mut forged = self.letter(order, opposite(&order.fate), after);
            forged.raw.headers = vec![("x-secret".to_owned(), Sensitive::new("a guess"))];
            letters.push(forged);
        }
        if let Some(stranger) = stranger
            && stage.happens(random, Fault::CallbackForeign)
        {
            let words = Words { attempt: stranger, ..Words::about(order, said(&order.fate)) };
            letters.push(self.sealed(&words, random.seconds(1, 90)));
        }
        letters
    }

    fn letters_about(
        &self,
        order: &Order,
        soon: Duration,
        random: &mut Random,
        letters: &mut Vec<Letter>,
    ) {
        let stage = self.stage();
        let said = said(&order.fate);
        // Where nobody can be asked without buying, what is told counts by itself, and is not mistaken.
        let is_only_a_hint =
            !matches!(self.plan().habit, Habit::CallbackOnly | Habit::PurchaseIsStatus);
        if order.is_told_early {
            letters.push(self.letter(order, said, Duration::ZERO));
        } else if stage.happens(random, Fault::CallbackLate) {
            letters.push(self.letter(order, said, random.seconds(60, 900)));
        } else if !stage.happens(random, Fault::CallbackLost) {
            stage.count(Fault::CallbackOnTime);
            letters.push(self.letter(order, said, soon));
        }
        if stage.happens(random, Fault::CallbackTwice) {
            letters.push(self.letter(order, said, soon + random.millis(0, 120_000)));
        }
        if stage.happens(random, Fault::CallbackReordered) {
            letters.push(self.letter(order, "working", soon + random.millis(1, 60_000)));
        }
        let is_refused = matches!(order.fate, Fate::Refused(..));
        if is_refused && order.was_told_whole && stage.happens(random, Fault::CallbackContradicts) {
            let after = random.seconds(120, 600);
            let contradicts = Some(order.attempt.clone());
            letters.push(Letter { contradicts, ..self.letter(order, "paid", after) });
        }
        let is_paid = order.fate == Fate::Executed;
        if is_paid && is_only_a_hint && stage.happens(random, Fault::CallbackMistaken) {
            letters.push(self.letter(order, "refused", random.seconds(0, 30)));
        }
    }

    fn letter(&self, order: &Order, verdict: &'static str, after: Duration) -> Letter {
        self.sealed(&Words::about(order, verdict), after)
    }

    fn sealed(&self, words: &Words<'_>, after: Duration) -> Letter {
        let Words { order, verdict, attempt, reference, money_off_by } = words;
        let mut body = format!("verdict={verdict}\nreference={reference}\n");
        if self.plan().habit != Habit::OwnReference {
            let _ = writeln!(body, "attempt={attempt}");
        }
        let _ = writeln!(body, "customer={}", order.purchase.customer.expose());
        let _ = writeln!(body, "product={}", order.purchase.product);
        let _ = writeln!(body, "charged={}", order.cost.get() + money_off_by);
        if let Some(total) = order.total {
            let _ = writeln!(body, "total={}", total.get() + money_off_by);
        }
        let headers = vec![("x-secret".to_owned(), Sensitive::new(self.secret()))];
        Letter {
            provider: self.plan().name.clone(),
            raw: RawCallback { headers, query: Vec::new(), body: body.into_bytes() },
            after,
            until_taken: false,
            contradicts: None,
        }
    }

    /// What a plugin makes of a callback: authentic or not, and then what it says.
    pub(super) fn read_letter(&self, raw: &RawCallback) -> Result<Callback, CallbackError> {
        let secret = self.secret();
        let mut headers = raw.headers.iter();
        let authentic = headers.any(|(name, value)| name == "x-secret" && value.expose() == secret);
        if !authentic && !mutated(Mutant::ForgedCallbackTaken) {
            return Err(CallbackError::NotAuthentic);
        }
        let text = std::str::from_utf8(&raw.body).map_err(|_| CallbackError::Unreadable)?;
        let field =
            |name: &str| text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix('='));
        let money = |name: &str| field(name).and_then(|text| text.parse().ok()).map(Rupiah::new);
        let provider_ref = field("reference").and_then(ProviderRef::new);
        let verdict = match field("verdict") {
            Some("paid") => StatusVerdict::Succeeded,
            Some("working") => StatusVerdict::Pending,
            Some("reversed") => StatusVerdict::Reversed,
            Some("refused") => StatusVerdict::Rejected(Rejection {
                code: RefusalCode::Other,
                scope: RefusalScope::Provider,
            }),
            _ => return Err(CallbackError::Unreadable),
        };
        let observed =
            Observed { charged: money("charged"), total: money("total"), ..Observed::default() };
        Ok(Callback {
            attempt: field("attempt").and_then(|text| AttemptId::parse(text).ok()),
            provider_ref,
            customer: field("customer").map(Sensitive::from),
            provider_code: field("product").map(str::to_owned),
            report: StatusReport { verdict, observed },
        })
    }
}

/// Whether a provider of this plan may be asked what became of an order.
pub(super) fn can_be_asked(plan: &ProviderPlan) -> bool {
    plan.habit != Habit::CallbackOnly
}

const fn said(fate: &Fate) -> &'static str {
    match fate {
        Fate::Executed => "paid",
        Fate::Refused(..) | Fate::Dropped => "refused",
        Fate::Working => "working",
        Fate::GivenBack => "reversed",
    }
}

const fn opposite(fate: &Fate) -> &'static str {
    match fate {
        Fate::Executed | Fate::Working | Fate::GivenBack => "refused",
        Fate::Refused(..) | Fate::Dropped => "paid",
    }
}
