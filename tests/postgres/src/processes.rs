//! The processes of a server. Each of them works in the server's data directory and in no other, from its
//! first moment on, which tells them from everybody else's, also when their parent is gone.

use std::fs;
use std::os::unix::ffi::OsStrExt as _;
use std::path::Path;

use rustix::process::{Pid, Signal, kill_process};

use crate::problem::{Problem, Result};

/// The numbers of the processes that work in this directory, also where it has been deleted since.
///
/// # Errors
/// If the system does not tell.
pub fn processes_in(directory: &Path) -> Result<Vec<i32>> {
    let entries = fs::read_dir("/proc").map_err(Problem::of("the processes of this machine"))?;
    let number = |entry: fs::DirEntry| entry.file_name().to_str()?.parse::<i32>().ok();
    let mut found: Vec<i32> = entries.flatten().filter_map(number).collect();
    found.retain(|number| {
        // Of a process that has ended, or is another user's, it cannot be told.
        let Ok(place) = fs::read_link(format!("/proc/{number}/cwd")) else { return false };
        let rest = place.as_os_str().as_bytes().strip_prefix(directory.as_os_str().as_bytes());
        matches!(rest, Some(b"" | b" (deleted)"))
    });
    Ok(found)
}

/// Sends a signal to each; no matter if one has ended.
pub(crate) fn send_all(numbers: &[i32], signal: Signal) {
    for process in numbers.iter().filter_map(|number| Pid::from_raw(*number)) {
        let _ended_already = kill_process(process, signal);
    }
}

/// Whether each of them is halted, or has ended.
pub(crate) fn stand_still(numbers: &[i32]) -> bool {
    numbers.iter().all(|number| {
        let Ok(told) = fs::read_to_string(format!("/proc/{number}/stat")) else { return true };
        // The state stands behind the name, which may hold anything.
        let state = told.rsplit(") ").next().and_then(|rest| rest.chars().next());
        matches!(state, Some('T' | 'Z' | 'X'))
    })
}
