//! A server with a data directory of its own.

use std::fs::{self, File};
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Child, ExitStatus, Stdio};
use std::thread::sleep;
use std::time::Duration;

use rustix::process::Signal;

use crate::guard::{Guard, Owner};
use crate::problem::{Problem, Result};
use crate::processes::{processes_in, send_all, stand_still};
use crate::programs::{command, of_the_server, said};

/// It listens to a socket in its directory only, so the port is but a part of that socket's name.
const PORT: &str = "5432";
const SOCKET: &str = ".s.PGSQL.5432";
/// The longest name of a socket that the system takes.
const LONGEST: usize = 107;
const USER: &str = "ppob";

/// As in production whatever decides about durability. Shared memory lies in the data directory, and
/// goes with it.
const SETTINGS: [(&str, &str); 7] = [
    ("listen_addresses", ""),
    ("port", PORT),
    ("max_connections", "300"),
    ("fsync", "on"),
    ("full_page_writes", "on"),
    ("synchronous_commit", "on"),
    ("dynamic_shared_memory_type", "mmap"),
];

/// How often, and how many times, it is looked whether the server is ready, or has ended: for a minute.
const LOOK: Duration = Duration::from_millis(10);
const LOOKS: u32 = 6_000;

/// The server. It is stopped, and its directory deleted, when this is dropped and when this process ends in
/// whatever way.
#[derive(Debug)]
pub struct Cluster {
    programs: PathBuf,
    owner: Option<Owner>,
    server: Option<Child>,
    // Last, because it deletes the directory.
    guard: Guard,
}

impl Cluster {
    /// Makes a cluster, and starts it.
    ///
    /// # Errors
    /// If there is no PostgreSQL of version 14 or newer on this machine, or it does not start; the end of its
    /// log is told then.
    pub fn start() -> Result<Self> {
        Self::start_with(&[])
    }

    /// The same with settings that are not the usual ones.
    ///
    /// # Errors
    /// As [`Self::start`].
    pub fn start_with(settings: &[(&str, &str)]) -> Result<Self> {
        let (programs, owner) = (of_the_server()?, Owner::needed()?);
        let mut cluster = Self { programs, owner, server: None, guard: Guard::start(owner)? };
        let socket = cluster.directory().join(SOCKET);
        if socket.as_os_str().len() > LONGEST {
            return Err(Problem::new(format!(
                "{} is too long for the name of a socket: set TMPDIR to a shorter path",
                socket.display()
            )));
        }
        cluster.make(settings)?;
        cluster.restart()?;
        Ok(cluster)
    }

    fn make(&self, settings: &[(&str, &str)]) -> Result<()> {
        let mut initdb = self.command("initdb");
        initdb.args([
            "--auth=trust",
            "--no-sync",
            "--encoding=UTF8",
            "--locale=C",
            "--username",
            USER,
        ]);
        said(initdb.arg("--pgdata").arg(self.data_directory()).stdin(Stdio::null()))?;
        let sockets = self.directory().display().to_string();
        // The last line about a setting is the one that counts.
        let all = SETTINGS.into_iter().chain([("unix_socket_directories", sockets.as_str())]);
        let lines: Vec<String> = all
            .chain(settings.iter().copied())
            .map(|(name, value)| format!("{name} = '{}'\n", value.replace('\'', "''")))
            .collect();
        let file = self.data_directory().join("postgresql.conf");
        let usual = fs::read_to_string(&file).map_err(Problem::of("postgresql.conf"))?;
        fs::write(&file, usual + &lines.concat()).map_err(Problem::of("postgresql.conf"))
    }

    /// Starts the server again on the same data and the same socket; one that runs is stopped before. It is
    /// back when this returns: whatever it had to recover, it has recovered.
    ///
    /// # Errors
    /// If it does not start; the end of its log is told.
    pub fn restart(&mut self) -> Result<()> {
        self.stop()?;
        let log = File::options().create(true).append(true).open(self.log_file());
        let log = log.map_err(Problem::of("the log of PostgreSQL"))?;
        let mut postgres = self.command("postgres");
        postgres.arg("-D").arg(self.data_directory()).stdin(Stdio::null());
        postgres.stdout(log.try_clone().map_err(Problem::of("the log of PostgreSQL"))?).stderr(log);
        self.server = Some(postgres.spawn().map_err(Problem::of("postgres"))?);
        for _ in 0..LOOKS {
            if self.is_ready()? {
                return Ok(());
            }
            if let Some(status) = self.ended()? {
                return Err(self.problem(&format!("PostgreSQL ended at its start ({status})")));
            }
            sleep(LOOK);
        }
        Err(self.problem("PostgreSQL takes no connections after a minute"))
    }

    /// Ends the server as an operator does: open transactions are rolled back, and what was committed is on
    /// disk. A frozen one goes on for that. Nothing happens if it does not run.
    ///
    /// # Errors
    /// If it had to be killed, because it did not end within a minute.
    pub fn stop(&mut self) -> Result<()> {
        self.signal(Signal::INT);
        self.resume()?;
        for _ in 0..LOOKS {
            if self.ended()?.is_some() {
                return self.nobody_is_left();
            }
            sleep(LOOK);
        }
        self.kill()?;
        Err(self.problem("PostgreSQL did not stop within a minute, and was killed"))
    }

    /// Ends the server as a crash does: the postmaster, then all its children, without a moment for last
    /// words. None of its processes is left when this returns.
    ///
    /// # Errors
    /// If a process is still there after a minute.
    pub fn kill(&mut self) -> Result<()> {
        self.signal(Signal::KILL);
        if let Some(mut server) = self.server.take() {
            server.wait().map_err(Problem::of("postgres"))?;
        }
        self.nobody_is_left()
    }

    /// Halts the postmaster: connections that are open go on, and new ones hang.
    ///
    /// # Errors
    /// If it does not stand still within a minute.
    pub fn pause(&self) -> Result<()> {
        self.signal(Signal::STOP);
        let postmaster: Vec<i32> = self.postmaster().into_iter().collect();
        self.until(|| Ok(stand_still(&postmaster)), "PostgreSQL does not stand still")
    }

    /// Halts the whole server: every connection hangs, and none breaks.
    ///
    /// # Errors
    /// If it does not stand still within a minute.
    pub fn freeze(&self) -> Result<()> {
        // First, so that no more children are made.
        self.pause()?;
        let halt = || {
            let all = self.processes()?;
            send_all(&all, Signal::STOP);
            Ok(stand_still(&all))
        };
        self.until(halt, "PostgreSQL does not stand still")
    }

    /// Lets a paused or frozen server go on.
    ///
    /// # Errors
    /// As [`Self::freeze`].
    pub fn resume(&self) -> Result<()> {
        send_all(&self.processes()?, Signal::CONT);
        Ok(())
    }

    /// How `tokio-postgres` and libpq find its first database, which is empty. The user may do everything.
    pub fn url(&self) -> String {
        let directory = self.directory().display().to_string();
        let quoted = directory.replace('\\', "\\\\").replace('\'', "\\'");
        format!("host='{quoted}' port={PORT} user={USER} dbname=postgres")
    }

    /// Where it keeps its data.
    pub fn data_directory(&self) -> PathBuf {
        self.directory().join("data")
    }

    /// Everything the server wrote since it was made, over all its restarts.
    pub fn log(&self) -> String {
        fs::read(self.log_file()).map_or_else(
            |error| format!("(there is no log: {error})"),
            |log| String::from_utf8_lossy(&log).into_owned(),
        )
    }

    /// The numbers of its processes: the postmaster and all its children.
    ///
    /// # Errors
    /// If the system does not tell.
    pub fn processes(&self) -> Result<Vec<i32>> {
        processes_in(&self.data_directory())
    }

    fn directory(&self) -> &Path {
        self.guard.directory()
    }

    fn log_file(&self) -> PathBuf {
        self.directory().join("log")
    }

    /// One of the programs of the server, in its directory and as its user.
    fn command(&self, program: &str) -> std::process::Command {
        let mut command = command(&self.programs, program);
        // The guard finds it there.
        command.current_dir(self.data_directory()).process_group(0);
        if let Some(owner) = self.owner {
            owner.run(&mut command);
        }
        command
    }

    fn is_ready(&self) -> Result<bool> {
        let mut pg_isready = command(&self.programs, "pg_isready");
        pg_isready.args(["--quiet", "--port", PORT, "--host"]).arg(self.directory());
        Ok(pg_isready.status().map_err(Problem::of("pg_isready"))?.success())
    }

    fn postmaster(&self) -> Option<i32> {
        self.server.as_ref().and_then(|server| server.id().try_into().ok())
    }

    fn signal(&self, signal: Signal) {
        if let Some(postmaster) = self.postmaster() {
            send_all(&[postmaster], signal);
        }
    }

    /// Tries until it has happened, within bounds.
    fn until(&self, mut happened: impl FnMut() -> Result<bool>, otherwise: &str) -> Result<()> {
        for _ in 0..LOOKS {
            if happened()? {
                return Ok(());
            }
            sleep(LOOK);
        }
        Err(self.problem(&format!("{otherwise} after a minute")))
    }

    /// How the postmaster ended; none while it runs. One that was never started, or was waited for
    /// before, ended well.
    fn ended(&mut self) -> Result<Option<ExitStatus>> {
        let Some(server) = &mut self.server else { return Ok(Some(ExitStatus::default())) };
        let status = server.try_wait().map_err(Problem::of("postgres"))?;
        if status.is_some() {
            self.server = None;
        }
        Ok(status)
    }

    /// Kills the children that a postmaster left, and waits until they are gone.
    fn nobody_is_left(&self) -> Result<()> {
        let kill = || {
            let left = self.processes()?;
            send_all(&left, Signal::KILL);
            Ok(left.is_empty())
        };
        self.until(kill, "processes of PostgreSQL were killed, and are still there")
    }

    fn problem(&self, what: &str) -> Problem {
        let log = self.log();
        let lines: Vec<&str> = log.lines().collect();
        let end = lines.get(lines.len().saturating_sub(30)..).unwrap_or_default().join("\n");
        Problem::new(format!("{what}. The end of its log:\n{end}"))
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // The guard ends what did not end by itself.
        let _stopped = self.stop();
    }
}
