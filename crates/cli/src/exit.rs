//! What the exit code tells a script.

use std::process::ExitCode;

use ppob_api::v1::{Payment, PaymentState};

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
}

/// For `--help`.
pub(crate) const HELP: &str = "\
Exit codes:
  0  done; of a payment: it SUCCEEDED
  1  refused: not accepted, nothing was done
  2  the command line or the configuration is wrong
  3  the payment FAILED (nothing was paid) or was REVERSED
  4  the payment is IN_DOUBT or still being processed: it may be paid, do not pay again
  5  the server was not reached, or it is not known what it did: repeat with the same --id";

impl Exit {
    pub(crate) const fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Refused => 1,
            Self::Usage => 2,
            Self::Failed => 3,
            Self::Open => 4,
            Self::Unknown => 5,
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

    const ALL: [Exit; 6] =
        [Exit::Ok, Exit::Refused, Exit::Usage, Exit::Failed, Exit::Open, Exit::Unknown];

    #[test]
    fn the_help_of_ppob_and_of_pay_tells_every_exit_code() {
        let mut ppob = Arguments::command();
        let whole = ppob.render_long_help().to_string();
        let pay = ppob.find_subcommand_mut("pay").unwrap();
        for help in [whole, pay.render_long_help().to_string()] {
            for exit in ALL {
                let line = format!("\n  {}  ", exit.code());
                assert!(help.contains(&line), "{exit:?} is missing in:\n{help}");
            }
        }
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
