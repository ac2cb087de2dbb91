//! Runs a command beside a PostgreSQL server that lives for as long as the command.
//!
//! ```text
//! ppob-with-postgres -- COMMAND ARGUMENT...
//! ```
//!
//! The command finds the server's connection string in `PPOB_TEST_POSTGRES`. Where that is set already, it is left
//! as it is, and no server is started. Ends with the status of the command; with 128 and the number of a signal that
//! ended it; with 125 if no server could be started, and with 127 if the command could not.

use std::env;
use std::ffi::OsString;
use std::io::{IsTerminal as _, Write as _, stderr, stdin};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{self, ExitCode, ExitStatus};

use ppob_test_postgres::{Cluster, GIVEN, given};
use rustix::process::{Pid, Signal, kill_process};
use tokio::process::{Child, Command};
use tokio::signal::unix::{SignalKind, signal};

const NO_SERVER: u8 = 125;
const NO_COMMAND: u8 = 127;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let mut arguments: Vec<OsString> = env::args_os().skip(1).collect();
    if arguments.first().is_some_and(|first| first == "--") {
        arguments.remove(0);
    }
    let Some((program, arguments)) = arguments.split_first() else {
        return complain(NO_COMMAND, &"usage: ppob-with-postgres -- COMMAND ARGUMENT...");
    };
    match given() {
        Err(problem) => complain(NO_SERVER, &problem),
        Ok(Some(_)) => {
            // Comes back only if it fails.
            let error = process::Command::new(program).args(arguments).exec();
            complain(NO_COMMAND, &format!("{}: {error}", program.display()))
        }
        Ok(None) => match Cluster::start() {
            Err(problem) => complain(NO_SERVER, &problem),
            Ok(cluster) => {
                let mut command = Command::new(program);
                command.args(arguments).env(GIVEN, cluster.url());
                let status = run(command).await;
                drop(cluster);
                match status {
                    Ok(status) => code(status),
                    Err(problem) => {
                        complain(NO_COMMAND, &format!("{}: {problem}", program.display()))
                    }
                }
            }
        },
    }
}

/// Runs it to its end. Whoever asks this process to end asks the command, and this process ends after it.
async fn run(mut command: Command) -> std::io::Result<ExitStatus> {
    let mut hang_up = signal(SignalKind::hangup())?;
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut quit = signal(SignalKind::quit())?;
    let mut terminate = signal(SignalKind::terminate())?;
    // A terminal sends Ctrl-C to the command too, and many take a second one for "at once".
    let told_already = stdin().is_terminal();
    let mut child = command.spawn()?;
    loop {
        tokio::select! {
            status = child.wait() => return status,
            _ = hang_up.recv() => pass_on(&child, Signal::HUP),
            _ = terminate.recv() => pass_on(&child, Signal::TERM),
            _ = interrupt.recv() => if !told_already { pass_on(&child, Signal::INT) },
            _ = quit.recv() => if !told_already { pass_on(&child, Signal::QUIT) },
        }
    }
}

fn pass_on(child: &Child, signal: Signal) {
    let number = child.id().and_then(|number| Pid::from_raw(number.try_into().ok()?));
    if let Some(number) = number {
        let _ended_already = kill_process(number, signal);
    }
}

/// As a shell tells it.
fn code(status: ExitStatus) -> ExitCode {
    let code = status.code().or_else(|| Some(128 + status.signal()?));
    ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(u8::MAX))
}

fn complain(code: u8, problem: &dyn std::fmt::Display) -> ExitCode {
    let _nobody_reads = writeln!(stderr(), "ppob-with-postgres: {problem}");
    ExitCode::from(code)
}
