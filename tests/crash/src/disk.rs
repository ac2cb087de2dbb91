//! Takes the room on its disk away from a running process, and gives it back.

use std::fs::{self, File};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

use ppob_e2e::{Engine, Problem, Result};
use rustix::process::{Pid, Resource, Rlimit, prlimit};

/// Starts a program that is told of a full disk by an error, as on every other machine, where a limit of
/// the size of files is what fills it.
pub fn with_limits(program: &str) -> Vec<String> {
    let script = "trap '' XFSZ; exec \"$0\" \"$@\"";
    ["sh", "-c", script, program].map(str::to_owned).to_vec()
}

/// Whether this process may make files grow.
///
/// # Errors
/// If the system does not let its limit be set.
pub fn may_grow(engine: &Engine, may: bool) -> Result<()> {
    let id = engine.process().id().and_then(|id| i32::try_from(id).ok()).and_then(Pid::from_raw);
    let id = id.ok_or_else(|| Problem::new("the process has ended"))?;
    // The hard limit stays, so that the soft one can be raised again without any right.
    let current = if may { None } else { Some(0) };
    prlimit(Some(id), Resource::Fsize, Rlimit { current, maximum: None })?;
    Ok(())
}

/// A program of its own, on a small file system of its own that is mounted over `directory`; none where
/// this user cannot have one.
pub fn on_a_small_disk(program: &str, directory: &Path, bytes: u64) -> Option<Vec<String>> {
    let own = ["unshare", "--mount"];
    let as_root = ["unshare", "--user", "--map-root-user", "--mount"];
    [own.as_slice(), as_root.as_slice()].into_iter().find_map(|unshare| {
        let script = format!(
            "mount -t tmpfs -o size={bytes},mode=700 none '{}' && exec \"$0\" \"$@\"",
            directory.display()
        );
        let start: Vec<String> =
            unshare.iter().copied().chain(["sh", "-c", &script]).map(str::to_owned).collect();
        let (first, rest) = start.split_first()?;
        let tried = Command::new(first).args(rest).arg("true").output();
        tried.is_ok_and(|tried| tried.status.success()).then(|| {
            let mut start = start.clone();
            start.push(program.to_owned());
            start
        })
    })
}

/// `path` as the process sees it, in its own file systems.
///
/// # Errors
/// If the process has ended.
pub fn seen_by(engine: &Engine, path: &Path) -> Result<PathBuf> {
    let id = engine.process().id().ok_or_else(|| Problem::new("the process has ended"))?;
    let below = path.strip_prefix("/").map_err(|_| Problem::new("no absolute path"))?;
    Ok(PathBuf::from(format!("/proc/{id}/root")).join(below))
}

/// Writes to `file` until nothing more fits on its disk.
///
/// # Errors
/// If it cannot be created.
pub fn fill(file: &Path) -> Result<()> {
    let mut open = File::create(file)?;
    for size in [64 * 1024, 1024, 1] {
        let zeros = vec![0; size];
        while open.write_all(&zeros).is_ok() {}
    }
    Ok(())
}

/// Deletes what [`fill`] wrote.
///
/// # Errors
/// If it is not there.
pub fn make_room(file: &Path) -> Result<()> {
    Ok(fs::remove_file(file)?)
}
