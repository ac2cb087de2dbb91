//! A process that outlives this one by a moment, and takes the server and its directory along.

use std::env;
use std::io::{BufRead as _, BufReader};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, Command, Stdio};

use rustix::process::geteuid;

use crate::problem::{Problem, Result};

/// Users that a server may run as where the tests are run by root, which PostgreSQL refuses.
const INSTEAD_OF_ROOT: [&str; 2] = ["postgres", "nobody"];

/// Whom the server runs as: a user and a group.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Owner(u32, u32);

impl Owner {
    /// Another than root, or none if we are another than root ourselves.
    pub(crate) fn needed() -> Result<Option<Self>> {
        if !geteuid().is_root() {
            return Ok(None);
        }
        let id = |option, user| {
            let output = Command::new("id").args([option, user]).output().ok()?;
            String::from_utf8(output.stdout).ok()?.trim().parse().ok()
        };
        let found = |user| Some(Self(id("-u", user)?, id("-g", user)?));
        INSTEAD_OF_ROOT.into_iter().find_map(found).map(Some).ok_or_else(|| {
            Problem::new(
                "PostgreSQL does not run as root, and there is no user `postgres` or `nobody`",
            )
        })
    }

    /// Has `command` run as this user.
    pub(crate) fn run(self, command: &mut Command) {
        let Self(user, group) = self;
        command.uid(user).gid(group);
    }
}

/// The process, which ends and cleans up as soon as we drop this, or die.
#[derive(Debug)]
pub(crate) struct Guard {
    process: Child,
    held: Option<ChildStdin>,
    directory: PathBuf,
}

impl Guard {
    /// Starts it, and has it make a directory.
    pub(crate) fn start(owner: Option<Owner>) -> Result<Self> {
        let what = "a directory for PostgreSQL";
        let owner = owner.map_or_else(String::new, |Owner(user, group)| format!("{user}:{group}"));
        let mut process = Command::new("sh")
            .args(["-c", include_str!("guard.sh"), "guard.sh"])
            .arg(env::temp_dir())
            .arg(owner)
            // Whoever ends a test with all its children, or with Ctrl-C, does not end this.
            .process_group(0)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(Problem::of(what))?;
        let held = process.stdin.take();
        let mut told = String::new();
        if let Some(output) = process.stdout.take() {
            BufReader::new(output).read_line(&mut told).map_err(Problem::of(what))?;
        }
        let mut guard = Self { process, held, directory: PathBuf::new() };
        // In full, as the system tells where a process works.
        let directory = Path::new(told.trim_end()).canonicalize();
        guard.directory =
            directory.map_err(|_| Problem::new(format!("{what}: {}", told.trim_end())))?;
        Ok(guard)
    }

    /// Where the cluster lies.
    pub(crate) fn directory(&self) -> &Path {
        &self.directory
    }
}

impl Drop for Guard {
    fn drop(&mut self) {
        drop(self.held.take());
        let _ended = self.process.wait();
    }
}
