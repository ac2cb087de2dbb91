//! A command beside a server, and what is left of both.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use ppob_test_postgres::{BINARIES, GIVEN, processes_in, program, psql};
use rustix::process::{Pid, Signal, kill_process};
use tempfile::TempDir;

/// Tells where the server is, and goes on until it is ended.
const WAITS: &str = "echo \"$PPOB_TEST_POSTGRES\"; exec cat";

fn wrapper(script: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_ppob-with-postgres"));
    command.args(["--", "sh", "-c", script]).env_remove(GIVEN);
    command
}

/// A wrapper that runs, and the server beside it.
struct Running {
    wrapper: Child,
    url: String,
    // Waiting for the wrapper would close it, and the command would end by itself.
    _input: ChildStdin,
}

impl Running {
    fn start() -> Self {
        let pipes = (Stdio::piped(), Stdio::piped());
        let mut wrapper = wrapper(WAITS).stdin(pipes.0).stdout(pipes.1).spawn().unwrap();
        let mut url = String::new();
        BufReader::new(wrapper.stdout.as_mut().unwrap()).read_line(&mut url).unwrap();
        let input = wrapper.stdin.take().unwrap();
        Self { wrapper, url: url.trim_end().to_owned(), _input: input }
    }

    fn signal(&self, signal: Signal) {
        let number = Pid::from_raw(i32::try_from(self.wrapper.id()).unwrap()).unwrap();
        kill_process(number, signal).unwrap();
    }
}

/// The directory of the server that a connection string names.
fn directory(url: &str) -> PathBuf {
    url.split('\'').nth(1).unwrap_or_else(|| panic!("{url}")).into()
}

fn nothing_is_left(directory: &Path) -> bool {
    processes_in(&directory.join("data")).unwrap().is_empty() && !directory.exists()
}

/// Whoever is killed cannot wait for what ends with it, so the test looks until it has. The runner ends a
/// test that looks for ever.
fn until(happens: impl Fn() -> bool) {
    while !happens() {
        sleep(Duration::from_millis(5));
    }
}

#[test]
fn the_command_reaches_the_server_and_its_status_is_passed_on_and_no_server_is_left() {
    let script = "echo \"$PPOB_TEST_POSTGRES\"; \"$0\" -XAt \"$PPOB_TEST_POSTGRES\" -c 'SELECT 40 + 2'; exit 7";
    let psql = program("psql").unwrap();
    let output = wrapper(script).arg(psql.get_program()).output().unwrap();
    assert_eq!(output.status.code(), Some(7), "{output:?}");
    let told = String::from_utf8(output.stdout).unwrap();
    let mut lines = told.lines();
    let directory = directory(lines.next().unwrap());
    assert_eq!(lines.next(), Some("42"), "{told}");
    assert!(nothing_is_left(&directory));
}

#[test]
fn a_command_that_a_signal_ended_is_told_as_a_shell_tells_it() {
    assert_eq!(wrapper("kill -KILL $$").status().unwrap().code(), Some(128 + 9));
}

#[test]
fn a_command_that_is_not_there_is_said_to_be_not_there() {
    let mut wrapper = Command::new(env!("CARGO_BIN_EXE_ppob-with-postgres"));
    let output = wrapper.env_remove(GIVEN).args(["--", "ppob-nobody"]).output().unwrap();
    assert_eq!(output.status.code(), Some(127));
    assert!(String::from_utf8(output.stderr).unwrap().contains("ppob-nobody"));
}

#[test]
fn where_a_server_is_given_the_command_gets_that_one_and_its_status_is_passed_on() {
    let output =
        wrapper("echo \"$PPOB_TEST_POSTGRES\"; exit 9").env(GIVEN, "host=db").output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "host=db\n");
    assert_eq!(output.status.code(), Some(9));
}

#[test]
fn where_no_server_can_be_found_the_command_is_not_run_and_it_is_told_what_to_install() {
    let elsewhere = TempDir::new().unwrap();
    let output = wrapper("echo ran").env(BINARIES, elsewhere.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(125));
    assert!(output.stdout.is_empty());
    let told = String::from_utf8(output.stderr).unwrap();
    assert!(told.contains("no `postgres`") && told.contains(BINARIES), "{told}");
}

#[test]
fn who_ends_the_wrapper_ends_the_command_and_the_server() {
    for signal in [Signal::TERM, Signal::INT, Signal::HUP] {
        let mut running = Running::start();
        assert_eq!(psql(&running.url, "SELECT 1").unwrap(), "1");
        running.signal(signal);
        let status = running.wrapper.wait().unwrap();
        assert_eq!(status.code(), Some(128 + signal.as_raw()), "{signal:?}");
        assert!(nothing_is_left(&directory(&running.url)), "{signal:?}");
    }
}

#[test]
fn a_parent_that_is_killed_leaves_no_server() {
    let mut running = Running::start();
    let directory = directory(&running.url);
    assert!(processes_in(&directory.join("data")).unwrap().len() > 1);
    running.signal(Signal::KILL);
    assert_eq!(running.wrapper.wait().unwrap().signal(), Some(Signal::KILL.as_raw()));
    until(|| nothing_is_left(&directory));
}

#[test]
fn a_parent_that_is_killed_while_it_makes_a_cluster_leaves_nothing() {
    // The server's user must be able to get there.
    let temporary = TempDir::new().unwrap();
    fs::set_permissions(temporary.path(), fs::Permissions::from_mode(0o755)).unwrap();
    let made = || -> Vec<PathBuf> {
        let entries = fs::read_dir(temporary.path()).unwrap();
        entries.map(|entry| entry.unwrap().path()).collect()
    };
    // At the first sign of it, while `initdb` works, and when the first server is about to start.
    for sign in ["", "data", "data/PG_VERSION", "data/base/1", "log"] {
        let mut wrapper =
            wrapper(WAITS).env("TMPDIR", temporary.path()).stdin(Stdio::piped()).spawn().unwrap();
        until(|| made().iter().any(|directory| directory.join(sign).exists()));
        let directories = made();
        wrapper.kill().unwrap();
        wrapper.wait().unwrap();
        until(|| {
            directories.iter().all(|directory| nothing_is_left(directory)) && made().is_empty()
        });
    }
}
