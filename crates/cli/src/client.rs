//! The commands that ask a running server.

mod catalogue;
mod connect;
mod operate;
mod pay;
mod payments;
mod privacy;
mod purchase;
mod record;
mod statement;
mod switch;

pub(crate) use catalogue::{explain, products};
pub(crate) use connect::{OperatorClient, connect, connect_operator};
pub(crate) use operate::{check, providers, refresh, reload, resolve, reviews};
pub(crate) use pay::{inquire, pay};
pub(crate) use payments::payment;
pub(crate) use privacy::privacy;
pub(crate) use record::{audit, deposit, note};
pub(crate) use statement::{close_day, import_statement};
pub(crate) use switch::{offer_off, offer_on, set_mode, unlisted, unmapped};

use ppob_types::Timestamp;
use prost::Message;
use tonic::Status;

use crate::exit::Exit;
use crate::failure::Failure;
use crate::output;
use crate::show::{self, Asked};

/// Shows an answer: as JSON for scripts, else as `shown` words it.
fn answer<M: Message>(
    json: bool,
    name: &str,
    message: &M,
    shown: impl FnOnce(&M) -> String,
) -> Result<(), Failure> {
    if json { output::print(&show::json(name, message)?) } else { output::print(&shown(message)) }
}

/// Turns an error into what is printed. In JSON mode scripts get it on standard output too.
fn refused(json: bool, status: &Status, asked: &Asked) -> Failure {
    if json && let Err(failure) = output::print(&show::json_error(status, asked, true)) {
        return failure;
    }
    show::failure(status, asked)
}

/// The server answered without what the answer is about.
fn empty_answer() -> Failure {
    Failure::new(
        Exit::Unknown,
        "The server answered without the payment; is it another version? It may be paid: do not pay by other means. Look with `ppob payment get ID`.",
    )
}

/// A moment for a request.
fn time(moment: Timestamp) -> prost_types::Timestamp {
    let micros = moment.as_micros();
    let nanos = micros.rem_euclid(1_000_000) * 1_000;
    prost_types::Timestamp {
        seconds: micros.div_euclid(1_000_000),
        nanos: i32::try_from(nanos).unwrap_or_default(),
    }
}
