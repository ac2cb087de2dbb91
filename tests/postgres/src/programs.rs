//! Where PostgreSQL's programs are, and how they are called.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::problem::{Problem, Result};

/// The environment variable that names the directory of PostgreSQL's programs, where they are to be found
/// elsewhere than usual.
pub const BINARIES: &str = "PPOB_POSTGRES_BIN";

/// Where Debian and its kin keep the programs of each version.
const VERSIONS: &str = "/usr/lib/postgresql";
const OLDEST: u32 = 14;
const INSTALL: &str = "`make postgres` installs it; by hand: apt-get install -y postgresql";

/// A directory that holds `program`: the named one, else that of the newest version, else one of the `PATH`.
pub(crate) fn directory_of(program: &str) -> Result<PathBuf> {
    let holds = |directory: &PathBuf| directory.join(program).is_file();
    if let Some(named) = env::var_os(BINARIES).filter(|named| !named.is_empty()).map(PathBuf::from)
    {
        return Some(named.clone()).filter(holds).ok_or_else(|| {
            Problem::new(format!(
                "there is no `{program}` in {}, which {BINARIES} names",
                named.display()
            ))
        });
    }
    let path = env::var_os("PATH").unwrap_or_default();
    let on_path: Vec<PathBuf> = env::split_paths(&path).collect();
    newest_first().into_iter().chain(on_path).find(holds).ok_or_else(|| {
        Problem::new(format!(
            "there is no PostgreSQL: no `{program}` in {VERSIONS}/*/bin, nor on the PATH. {INSTALL}. One that is \
             elsewhere is named by {BINARIES}"
        ))
    })
}

fn newest_first() -> Vec<PathBuf> {
    let entries = fs::read_dir(VERSIONS).into_iter().flatten().flatten();
    let mut versions: Vec<(u32, PathBuf)> = entries
        .filter_map(|entry| {
            Some((entry.file_name().to_str()?.parse().ok()?, entry.path().join("bin")))
        })
        .collect();
    versions.sort_unstable_by(|one, other| other.cmp(one));
    versions.into_iter().map(|(_, directory)| directory).collect()
}

/// The directory of a server that is not too old.
pub(crate) fn of_the_server() -> Result<PathBuf> {
    let directory = directory_of("postgres")?;
    let told = said(command(&directory, "postgres").arg("--version"))?;
    // As in `postgres (PostgreSQL) 15.18 (Debian …)`, or `17beta1`.
    let number =
        told.split_whitespace().find(|word| word.starts_with(|first: char| first.is_ascii_digit()));
    let major =
        number.and_then(|word| word.split(|c: char| !c.is_ascii_digit()).next()?.parse().ok());
    if major.is_some_and(|major: u32| major >= OLDEST) {
        return Ok(directory);
    }
    Err(Problem::new(format!(
        "{} is {}, and the tests need PostgreSQL {OLDEST} or newer. {BINARIES} names another",
        directory.display(),
        told.trim()
    )))
}

/// One of the programs, which reads nothing that the environment says about PostgreSQL: the client of the
/// tests does not either.
pub(crate) fn command(directory: &Path, program: &str) -> Command {
    let mut command = Command::new(directory.join(program));
    for (name, _) in env::vars_os() {
        if name.to_string_lossy().starts_with("PG") {
            command.env_remove(name);
        }
    }
    command.env("LC_ALL", "C");
    command
}

/// Runs it to its end, and gives what it wrote.
pub(crate) fn said(command: &mut Command) -> Result<String> {
    let program = command.get_program().to_string_lossy().into_owned();
    let Output { status, stdout, stderr } = command.output().map_err(Problem::of(&program))?;
    if status.success() {
        return Ok(String::from_utf8_lossy(&stdout).into_owned());
    }
    Err(Problem::new(format!(
        "{program} failed ({status}): {}",
        String::from_utf8_lossy(&stderr).trim()
    )))
}

/// One of PostgreSQL's programs, such as `pg_dump`, which is not run yet. Nothing of the environment tells it
/// which server is meant.
///
/// # Errors
/// If it is not on this machine.
pub fn program(name: &str) -> Result<Command> {
    Ok(command(&directory_of(name)?, name))
}

/// Sends SQL to the database of `url`, in one transaction if it is more than one statement, and gives the rows: a
/// line each, with `|` between the columns.
///
/// # Errors
/// If the server does not answer, or refuses.
pub fn psql(url: &str, sql: &str) -> Result<String> {
    let mut psql = program("psql")?;
    psql.args(["--no-psqlrc", "--no-password", "--quiet", "--tuples-only", "--no-align"]);
    psql.args(["--set", "ON_ERROR_STOP=1", "--dbname", url, "--command", sql]);
    Ok(said(&mut psql)?.trim_end().to_owned())
}
