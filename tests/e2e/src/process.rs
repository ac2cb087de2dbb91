//! The binary as a child process.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::process::{Child, Command};
use tokio::time::timeout;

use crate::wait::PATIENCE;
use crate::{Problem, Result, binary};

/// A running `ppob`. Dropping it kills it.
#[derive(Debug)]
pub struct Process {
    child: Child,
    stdout: PathBuf,
    stderr: PathBuf,
    command: String,
}

/// A `ppob` that ended.
#[derive(Clone, Debug)]
pub struct Ended {
    /// The exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// What it wrote for people and scripts.
    pub stdout: String,
    /// What it wrote about its work.
    pub stderr: String,
}

impl Process {
    /// Starts `ppob` with these arguments in `directory`, where its output goes too. It sees the
    /// environment of the test without any `PPOB_*` variable, and `environment`.
    ///
    /// # Errors
    /// If there is no binary, or no process can be started.
    pub fn start(
        directory: &Path,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Result<Self> {
        Self::of(Command::new(binary::ppob()?), directory, arguments, environment)
    }

    /// The same with another program, which may have arguments already: a `ppob` for tests, or one that
    /// starts it in its own way.
    ///
    /// # Errors
    /// If no process can be started.
    pub fn of(
        mut command: Command,
        directory: &Path,
        arguments: &[&str],
        environment: &[(&str, &str)],
    ) -> Result<Self> {
        static STARTED: AtomicU64 = AtomicU64::new(0);
        let number = STARTED.fetch_add(1, Ordering::Relaxed);
        let output = |kind: &str| directory.join(format!("ppob-{number}.{kind}"));
        let (stdout, stderr) = (output("out"), output("err"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PPOB_") {
                command.env_remove(name);
            }
        }
        let child = command
            .args(arguments)
            .current_dir(directory)
            // Whatever it leaves behind goes when the test ends, and no test finds another's.
            .env("TMPDIR", directory)
            .env("HOME", directory)
            .env_remove("XDG_RUNTIME_DIR")
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stdout(File::create(&stdout)?)
            .stderr(File::create(&stderr)?)
            .kill_on_drop(true)
            .spawn()?;
        Ok(Self { child, stdout, stderr, command: arguments.join(" ") })
    }

    /// Its number at the operating system; none once it has ended.
    pub fn id(&self) -> Option<u32> {
        self.child.id()
    }

    /// What it wrote to standard output so far.
    pub fn stdout(&self) -> String {
        fs::read_to_string(&self.stdout).unwrap_or_default()
    }

    /// What it wrote to standard error so far.
    pub fn stderr(&self) -> String {
        fs::read_to_string(&self.stderr).unwrap_or_default()
    }

    /// An error if it has ended by itself.
    ///
    /// # Errors
    /// With its exit code and what it said.
    pub fn check_running(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            None => Ok(()),
            Some(status) => Err(Problem::new(format!(
                "`ppob {}` ended with {status}:\n{}{}",
                self.command,
                self.stdout(),
                self.stderr()
            ))),
        }
    }

    /// Kills it as a crash of the machine would: no handler runs, nothing is written any more.
    ///
    /// # Errors
    /// If it cannot be killed.
    pub async fn kill(mut self) -> Result<()> {
        Ok(self.child.kill().await?)
    }

    /// Asks it to end (SIGTERM).
    ///
    /// # Errors
    /// If it has ended before, or the signal cannot be sent.
    pub async fn terminate(&self) -> Result<()> {
        self.signal("TERM").await
    }

    /// Sends it a signal by its name, such as `STOP`.
    ///
    /// # Errors
    /// If it has ended before, or the signal cannot be sent.
    pub async fn signal(&self, name: &str) -> Result<()> {
        let id = self.child.id().ok_or_else(|| Problem::new("the process has ended already"))?;
        let sent = Command::new("kill").args([&format!("-{name}"), &id.to_string()]).status();
        let sent = sent.await?.success();
        if sent { Ok(()) } else { Err(Problem::new(format!("SIG{name} was not sent"))) }
    }

    /// Waits until it has ended by itself.
    ///
    /// # Errors
    /// If it has not in [`PATIENCE`].
    pub async fn ended(mut self) -> Result<Ended> {
        let Ok(status) = timeout(PATIENCE, self.child.wait()).await else {
            return Err(Problem::new(format!(
                "`ppob {}` does not end; it said:\n{}{}",
                self.command,
                self.stdout(),
                self.stderr()
            )));
        };
        Ok(Ended { code: status?.code(), stdout: self.stdout(), stderr: self.stderr() })
    }
}

/// Runs `ppob` to its end.
///
/// # Errors
/// As [`Process::start`] and [`Process::ended`].
pub async fn run(
    directory: &Path,
    arguments: &[&str],
    environment: &[(&str, &str)],
) -> Result<Ended> {
    Process::start(directory, arguments, environment)?.ended().await
}
