//! What the exit code tells a script.

use std::process::ExitCode;

use ppob_api::v1::{Payment, PaymentState};

use crate::text::Add;

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done; of a payment: it succeeded.
    Ok,
    /// Refused: not accepted, nothing was done.
    Refused,
    /// The command line or the configuration is wrong.
    Usage,
    /// The payment failed or was reversed.
    Failed,
    /// The payment is in doubt or still being processed.
    Open,
    /// The server was not reached, or it is not known what it did.
    Unknown,
    /// A statement and the record contradict each other, or a day does not close.
    Mismatch,
}

impl Exit {
    /// Every way to end, in the order of the codes.
    pub(crate) const ALL: [Self; 7] = [
        Self::Ok,
        Self::Refused,
        Self::Usage,
        Self::Failed,
        Self::Open,
        Self::Unknown,
        Self::Mismatch,
    ];

    /// What the code tells a person or a script.
    pub(crate) const fn meaning(self) -> &'static str {
        match self {
            Self::Ok => "done; of a payment: it SUCCEEDED",
            Self::Refused => "refused: not accepted, nothing was done",
            Self::Usage => "the command line or the configuration is wrong; nothing was done",
            Self::Failed => "the payment FAILED (nothing was paid) or was REVERSED",
            Self::Open => {
                "the payment is IN_DOUBT or still being processed: it may be paid, do not pay again"
            }
            Self::Unknown => {
                "the server was not reached, or it is not known what it did: repeat with the same --id"
            }
            Self::Mismatch => {
                "a statement and the record contradict each other, or a row cannot be read: a person must look"
            }
        }
    }

    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::Failed => 3,
            Self::Open => 4,
            Self::Unknown => 5,
            Self::Mismatch => 6,
        }
    }

    /// How a command ends that shows this payment.
    pub(crate) fn of(payment: &Payment) -> Self {
        match payment.state() {
            PaymentState::Succeeded => Self::Ok,
            PaymentState::Failed | PaymentState::Reversed => Self::Failed,
            PaymentState::Accepted
            | PaymentState::Processing
            | PaymentState::InDoubt
            | PaymentState::Unspecified => Self::Open,
        }
    }
}

/// For `--help`.
pub(crate) fn help() -> String {
    let mut text = String::from("Exit codes:");
    for exit in Exit::ALL {
        text.add(format_args!("\n  {}  {}", exit.code(), exit.meaning()));
    }
    text
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;
    use crate::args::Arguments;

    #[test]
    fn the_help_of_ppob_and_of_pay_tells_every_exit_code() {
        let mut ppob = Arguments::command();
        let whole = ppob.render_long_help().to_string();
        let pay = ppob.find_subcommand_mut("pay").unwrap();
        for shown in [whole, pay.render_long_help().to_string()] {
            for exit in Exit::ALL {
                let line = format!("\n  {}  {}", exit.code(), exit.meaning());
                assert!(shown.contains(&line), "{exit:?} is missing in:\n{shown}");
            }
        }
    }

    #[test]
    fn the_document_tells_every_exit_code_and_every_command_and_no_other() {
        let document = include_str!("../../../docs/CLI.md");
        let codes: String =
            Exit::ALL.map(|exit| format!("| {} | {} |\n", exit.code(), exit.meaning())).concat();
        assert!(document.contains(&codes), "docs/CLI.md lacks:\n{codes}");
        let ppob = Arguments::command();
        let mut commands = String::new();
        for one in ppob.get_subcommands() {
            let about = one.get_about().unwrap();
            commands.add(format_args!("| `ppob {}` | {about} |\n", one.get_name()));
        }
        assert!(document.contains(&commands), "docs/CLI.md lacks:\n{commands}");
        let rows = document.lines().filter(|line| line.starts_with("| `ppob ")).count();
        assert_eq!(rows, ppob.get_subcommands().count(), "docs/CLI.md has rows of no command");
    }

    #[test]
    fn only_a_payment_that_succeeded_ends_with_0() {
        for (state, exit) in [
            (PaymentState::Succeeded, Exit::Ok),
            (PaymentState::Failed, Exit::Failed),
            (PaymentState::Reversed, Exit::Failed),
            (PaymentState::InDoubt, Exit::Open),
            (PaymentState::Processing, Exit::Open),
            (PaymentState::Accepted, Exit::Open),
            (PaymentState::Unspecified, Exit::Open),
        ] {
            let payment = Payment { state: state.into(), ..Payment::default() };
            assert_eq!(Exit::of(&payment), exit, "{state:?}");
        }
    }
}
