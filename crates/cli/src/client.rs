//! The commands that ask a running server.

mod catalogue;
mod connect;
mod operate;
mod pay;
mod payments;
mod privacy;
mod purchase;

pub(crate) use catalogue::{explain, products};
pub(crate) use connect::{OperatorClient, connect, connect_operator};
pub(crate) use operate::{providers, refresh, reload, resolve, reviews};
pub(crate) use pay::{inquire, pay};
pub(crate) use payments::payment;
pub(crate) use privacy::privacy;

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
