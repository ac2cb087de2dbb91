//! The `ppob` binary, with the clock of the machine.

use std::process::ExitCode;

fn main() -> ExitCode {
    ppob_cli::main(ppob_cli::machine_clock())
}
