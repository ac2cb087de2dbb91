//! The `ppob` binary. Everything is in its library.

use std::process::ExitCode;

fn main() -> ExitCode {
    ppob_cli::main()
}
