//! Options of the commands for H2H centres that a description describes.

use clap::{Args, Subcommand, ValueEnum};
use ppob_types::Family;

use crate::providers::h2h;

/// `ppob h2h …`.
#[derive(Debug, Subcommand)]
pub(crate) enum H2hCommand {
    /// Checks a description against its samples, and shows how a reply would be read. Sends nothing.
    #[command(after_help = TEST_EXAMPLES, after_long_help = TEST_EXAMPLES)]
    Test(TestDescription),
    /// Lists the descriptions that come with the program.
    List,
    /// Prints a description that comes with the program, to begin one's own with.
    Show {
        /// Its name, as `ppob h2h list` prints it.
        #[arg(value_name = "NAME")]
        name: String,
    },
}

/// `ppob h2h test`.
#[derive(Debug, Args)]
pub(crate) struct TestDescription {
    /// The file of the description, or the name of one that comes with the program.
    #[arg(value_name = "FILE")]
    pub(crate) file: String,
    /// A reply, word by word; without one only the samples are checked.
    #[arg(long, value_name = "TEXT", allow_hyphen_values = true)]
    pub(crate) reply: Option<String>,
    /// What it is a reply to.
    #[arg(long, value_enum, default_value_t = CallName::Pay, requires = "reply")]
    pub(crate) call: CallName,
    /// About which family; by default the first that the centre sells.
    #[arg(long, value_name = "FAMILY", requires = "reply")]
    pub(crate) family: Option<Family>,
}

/// What a reply is to.
#[derive(Clone, Copy, Debug, ValueEnum)]
pub(crate) enum CallName {
    /// The call that pays.
    Pay,
    /// The question what became of a payment.
    Status,
    /// The question what is owed.
    Inquiry,
    /// The question for the deposit.
    Balance,
}

const TEST_EXAMPLES: &str = "\
Examples:
  ppob h2h test centre.toml                                  does it read its own samples as they say?
  ppob h2h test okeconnect --reply 'Saldo 284.939' --call balance
  ppob h2h test centre.toml --reply 'R#1 S5.0812 GAGAL. Timeout. Saldo 9.000 @10:00'
";

impl CallName {
    /// The call itself.
    pub(crate) const fn call(self) -> h2h::Call {
        match self {
            Self::Pay => h2h::Call::Pay,
            Self::Status => h2h::Call::Status,
            Self::Inquiry => h2h::Call::Inquiry,
            Self::Balance => h2h::Call::Balance,
        }
    }
}
