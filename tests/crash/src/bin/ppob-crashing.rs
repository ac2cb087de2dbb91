//! The real binary, which dies where its environment says, by a clock that its test can step.

use std::io::Write as _;
use std::process::ExitCode;

fn main() -> ExitCode {
    if let Err(problem) = ppob_crash::arm::arm() {
        let _unsaid = writeln!(std::io::stderr(), "{problem}");
        return ExitCode::FAILURE;
    }
    ppob_cli::main(ppob_crash::clock::clock())
}
