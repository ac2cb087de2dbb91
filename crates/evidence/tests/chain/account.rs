//! An account at a provider, with what really happened and what its owner knows of it.

use ppob_evidence::chain::{Facts, Link, Movement, Sighting, Span, Standing, Suspect, examine};
use ppob_types::{AttemptId, Rupiah, Timestamp};

use crate::random::Random;

/// How an account is used. Times are milliseconds.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Plan {
    pub(crate) payments: usize,
    /// Payments in a thousand seconds.
    pub(crate) per_second_milli: i64,
    pub(crate) unknown_permille: i64,
    /// Of executions of unknown outcome: how many debit something else than expected.
    pub(crate) deviating_permille: i64,
    /// Answers state the balance of their own moment, not that right after their debit.
    pub(crate) states_late: bool,
    pub(crate) one_at_a_time: bool,
    pub(crate) unrecorded_deposits: bool,
    pub(crate) by_hand_per_hour: i64,
}

impl Default for Plan {
    fn default() -> Self {
        Self {
            payments: 2_000,
            per_second_milli: 1_000,
            unknown_permille: 10,
            deviating_permille: 0,
            states_late: false,
            one_at_a_time: false,
            unrecorded_deposits: false,
            by_hand_per_hour: 0,
        }
    }
}

/// What came of it.
#[derive(Clone, Debug, Default)]
pub(crate) struct Tally {
    pub(crate) unknown: usize,
    pub(crate) executed: usize,
    pub(crate) found: usize,
    pub(crate) wrong: usize,
    pub(crate) holes: usize,
    pub(crate) deposits: usize,
    pub(crate) by_hand: usize,
}

impl Tally {
    pub(crate) fn add(&mut self, other: &Self) {
        self.unknown += other.unknown;
        self.executed += other.executed;
        self.found += other.found;
        self.wrong += other.wrong;
        self.holes += other.holes;
        self.deposits += other.deposits;
        self.by_hand += other.by_hand;
    }

    /// Of the executed ones, how many were found to be.
    pub(crate) fn resolved_permille(&self) -> usize {
        self.found * 1_000 / self.executed.max(1)
    }
}

const SECOND: i64 = 1_000;
/// After this an attempt is executed no more.
const BOUND: i64 = 95 * SECOND;
/// From then on an operator has decided, by the truth.
const PATIENCE: i64 = 10 * 60 * SECOND;
/// How far back the owner looks.
const MEMORY: i64 = 20 * 60 * SECOND;
const HOUR: i64 = 3_600 * SECOND;
const COMMON: [i64; 6] = [20_700, 50_700, 100_700, 11_000, 25_900, 6_100];

/// One attempt, as it is.
struct Attempt {
    id: AttemptId,
    begun: i64,
    answered: i64,
    cost: i64,
    /// What it debited and when; none if it was not executed.
    debit: Option<(i64, i64)>,
    unknown: bool,
    stated: Option<i64>,
    found_at: Option<i64>,
}

struct Deposit {
    at: i64,
    amount: i64,
    recorded: Option<i64>,
}

enum Happens {
    Debit(usize),
    Answer(usize),
    Deposit(usize),
    ByHand(i64),
    Look,
}

/// Lives through an account's time; whatever is found is held against the truth at once.
pub(crate) fn live(seed: u64, plan: Plan) -> Tally {
    let mut random = Random::new(seed.wrapping_mul(7_919));
    let mut tally = Tally::default();
    let (mut attempts, end) = attempts(plan, &mut random);
    let deposits = deposits(plan, end, &mut random);
    let mut agenda: Vec<(i64, Happens)> = Vec::new();
    for (place, attempt) in attempts.iter().enumerate() {
        agenda.extend(attempt.debit.map(|(at, _)| (at, Happens::Debit(place))));
        agenda.push((attempt.answered, Happens::Answer(place)));
    }
    agenda
        .extend(deposits.iter().enumerate().map(|(place, one)| (one.at, Happens::Deposit(place))));
    if plan.by_hand_per_hour > 0 {
        let pause = 2 * HOUR / plan.by_hand_per_hour;
        let mut at = random.below(pause);
        while at < end {
            let amount = price(&mut random);
            agenda.push((at, Happens::ByHand(amount)));
            tally.by_hand += 1;
            at += 1 + random.below(pause);
        }
    }
    tally.deposits = deposits.len();
    agenda.extend((0..(end + PATIENCE) / (20 * SECOND)).map(|n| (n * 20 * SECOND, Happens::Look)));
    agenda.sort_by_key(|(at, _)| *at);
    let mut balance = 50_000_000;
    let mut anchor = 0;
    for (now, what) in agenda {
        match what {
            Happens::Debit(place) => {
                let attempt = &mut attempts[place];
                balance -= attempt.debit.unwrap().1;
                if !plan.states_late {
                    attempt.stated = Some(balance);
                }
            }
            Happens::Answer(place) => {
                let attempt = &mut attempts[place];
                if plan.states_late {
                    attempt.stated = Some(balance);
                }
            }
            Happens::Deposit(place) => balance += deposits[place].amount,
            Happens::ByHand(amount) => balance -= amount,
            Happens::Look => {
                let told = random.permille(300).then_some(balance);
                let found = examine(&facts(now, anchor, &attempts, &deposits, told));
                for executed in found.executed {
                    let attempt = attempts.iter_mut().find(|one| one.id == executed.id).unwrap();
                    attempt.found_at = Some(now);
                    let truth = attempt.debit.filter(|(at, _)| *at <= now).map(|(_, cost)| cost);
                    if truth == Some(executed.charged.get()) {
                        tally.found += 1;
                    } else {
                        tally.wrong += 1;
                    }
                }
                // What was deposited a moment ago is recorded in a moment.
                let old = |span: Span| span.until.as_micros() / 1_000 < now - 400 * SECOND;
                let holes = found.holes.iter().filter(|hole| hole.left || old(hole.span));
                let count = holes.count();
                if count > 0 {
                    // A person has looked, and the chain begins anew.
                    tally.holes += count;
                    anchor = now;
                }
            }
        }
    }
    let unknown = attempts.iter().filter(|attempt| attempt.unknown);
    tally.unknown = unknown.clone().count();
    tally.executed = unknown.filter(|attempt| attempt.debit.is_some()).count();
    tally
}

fn price(random: &mut Random) -> i64 {
    if random.permille(700) {
        COMMON[usize::try_from(random.below(6)).unwrap()]
    } else {
        random.between(10_000, 500_000)
    }
}

fn attempts(plan: Plan, random: &mut Random) -> (Vec<Attempt>, i64) {
    let mut attempts: Vec<Attempt> = Vec::new();
    let mut now = 0;
    let (mut alone_until, mut busy_until) = (0, 0);
    let mut serial = 0;
    while attempts.len() < plan.payments {
        now += 10;
        if random.below(100_000) >= plan.per_second_milli {
            continue;
        }
        if plan.one_at_a_time && now <= alone_until && now <= busy_until {
            // Somebody else is asked.
            continue;
        }
        let cost = price(random);
        let unknown = random.permille(plan.unknown_permille);
        let answered = now + random.between(500, 4_000);
        let at_once = random.between(now + 10, answered + 1);
        let debit = if !unknown {
            Some((at_once, cost))
        } else if random.permille(500) {
            let late = now + random.between(25 * SECOND, 90 * SECOND);
            let at = if random.permille(200) { late } else { at_once };
            let deviation = if random.permille(plan.deviating_permille) {
                random.between(-900, 900)
            } else {
                0
            };
            Some((at, cost + deviation))
        } else {
            None
        };
        serial += 1;
        attempts.push(Attempt {
            id: AttemptId::new(serial, 1),
            begun: now,
            answered,
            cost,
            debit,
            unknown,
            stated: None,
            found_at: None,
        });
        busy_until = busy_until.max(answered);
        if unknown {
            alone_until = alone_until.max(now + BOUND);
        }
    }
    (attempts, now)
}

fn deposits(plan: Plan, end: i64, random: &mut Random) -> Vec<Deposit> {
    let mut deposits = Vec::new();
    let mut at = random.between(60, 600) * SECOND;
    while at < end {
        let amount = random.between(1, 20) * 500_000 + random.below(1_000);
        let recorded = (!plan.unrecorded_deposits).then(|| at + random.below(300 * SECOND));
        deposits.push(Deposit { at, amount, recorded });
        at += random.between(600, 3_000) * SECOND;
    }
    deposits
}

fn span(from: i64, until: i64) -> Span {
    let at = |milli: i64| Timestamp::from_micros(milli * 1_000);
    Span { from: at(from), until: at(until) }
}

/// What the owner knows at `now`.
fn facts(
    now: i64,
    anchor: i64,
    attempts: &[Attempt],
    deposits: &[Deposit],
    seen: Option<i64>,
) -> Facts {
    let since = anchor.max(now - MEMORY);
    let mut facts = Facts {
        sighting: seen.map(|balance| Sighting {
            balance: Rupiah::new(balance),
            span: span(now - 5 * SECOND, now),
        }),
        ..Facts::default()
    };
    for attempt in attempts.iter().filter(|one| one.begun <= now && now - one.begun < 2 * MEMORY) {
        let spent = |amount: i64, until: i64| Movement {
            least: Rupiah::new(amount),
            most: Rupiah::new(amount),
            span: span(attempt.begun, until),
        };
        let suspect = |standing, until| Suspect {
            id: attempt.id.clone(),
            standing,
            expected: Rupiah::new(attempt.cost),
            least: Rupiah::new(attempt.cost - 1_000),
            most: Rupiah::new(attempt.cost + 1_000),
            span: span(attempt.begun, until),
        };
        if now < attempt.answered {
            facts.suspects.push(suspect(Standing::Open, i64::from(u32::MAX) * SECOND));
        } else if !attempt.unknown {
            let within = span(attempt.begun, attempt.answered);
            if attempt.begun >= since {
                let (charged, after) = (Rupiah::new(attempt.cost), attempt.stated.unwrap());
                facts.links.push(Link { charged, after: Rupiah::new(after), span: within });
            } else {
                facts.movements.push(spent(attempt.cost, attempt.answered));
            }
        } else if let Some(found_at) = attempt.found_at {
            facts.movements.push(spent(attempt.cost, found_at));
        } else if now - attempt.begun < PATIENCE {
            facts.suspects.push(suspect(Standing::Unknown, attempt.begun + BOUND));
        } else if let Some((_, cost)) = attempt.debit {
            facts.movements.push(spent(cost, attempt.begun + PATIENCE));
        } else {
            facts.suspects.push(suspect(Standing::Dead, attempt.begun + BOUND));
        }
    }
    for deposit in deposits.iter().filter(|one| one.recorded.is_some_and(|at| at <= now)) {
        let amount = Rupiah::new(-deposit.amount);
        let span = span(deposit.at - 2 * HOUR, deposit.at + 24 * HOUR);
        facts.movements.push(Movement { least: amount, most: amount, span });
    }
    facts
}
