//! What the provider does wrong during one life of the engine.

use ppob_e2e::Result;
use ppob_simulator::mmbc::{Fault, FaultKind, MmbcHandle, PendingEnd, Stage, Verb};
use ppob_simulator::{Ending, Framing};

use crate::random::Random;

/// How late a payment is carried out that got no answer, at most, in milliseconds.
const LATE: u64 = 600;

/// Takes back what was wrong before, and does a few new things wrong: few, because three unknown outcomes
/// make the engine leave a provider alone for a while.
///
/// # Errors
/// If the provider does not know such a fault.
pub fn misbehave(provider: &MmbcHandle, logins: &[&str], random: &mut Random) -> Result<()> {
    provider.clear_faults();
    let slow = FaultKind::Delay {
        milliseconds: 2 + random.below(40),
        stage: if random.below(2) == 0 { Stage::BeforeDebit } else { Stage::AfterDebit },
    };
    provider.add_fault(Fault::new(slow).verb(Verb::Pay))?;
    for _ in 0..random.below(6) {
        let mut fault = Fault::new(one(random)).verb(Verb::Pay).times(1);
        if let Some(login) = random.of(logins) {
            fault = fault.account(login);
        }
        provider.add_fault(fault)?;
    }
    Ok(())
}

fn one(random: &mut Random) -> FaultKind {
    let stage = if random.below(2) == 0 { Stage::BeforeDebit } else { Stage::AfterDebit };
    let ending = if random.below(2) == 0 { Ending::Fin } else { Ending::Reset };
    let framing =
        if random.below(2) == 0 { Framing::ContentLength } else { Framing::CloseDelimited };
    match random.below(14) {
        0 | 1 => FaultKind::Drop { stage, ending },
        2 => FaultKind::HttpStatus { status: 502, stage },
        3 => FaultKind::HttpStatus { status: 503, stage },
        4 => FaultKind::LateExecution {
            milliseconds: 1 + random.below(LATE),
            hold: random.below(2) == 0,
        },
        5 => FaultKind::Stall { stage, milliseconds: Some(1 + random.below(LATE)) },
        6 => FaultKind::Pending { then: PendingEnd::Confirm, at_check: 1 },
        7 => FaultKind::Refusal { reason: "KODE RESPON 9917".to_owned() },
        8 => FaultKind::InsufficientBalance { saldo: None },
        9 => FaultKind::UnknownNumber {},
        10 => FaultKind::TruncatedBody { framing },
        11 => FaultKind::Garbage { stage },
        12 => FaultKind::EmptyBody { stage },
        _ => FaultKind::HtmlPage { stage },
    }
}
