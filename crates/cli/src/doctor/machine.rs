//! Disk, clock and ports.

use std::net::SocketAddr;
use std::path::Path;
use std::time::Duration;

use ppob_types::Timestamp;
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::Finding;

const MEBIBYTE: u64 = 1024 * 1024;
/// Below this nothing is sure to be recorded.
const TOO_LITTLE: u64 = 64 * MEBIBYTE;
/// Below this somebody should make room.
const LITTLE: u64 = 1024 * MEBIBYTE;
/// Clocks differ a little.
const BEHIND_A_LITTLE: Duration = Duration::from_secs(5);
const BEHIND: Duration = Duration::from_mins(5);
const PATIENCE: Duration = Duration::from_secs(1);

/// The room on the disk of the journal, or of the send journal where that is what stands here.
pub(super) fn disk(journal: &Path) -> Finding {
    const WHAT: &str = "disk";
    let directory = journal.parent().filter(|parent| !parent.as_os_str().is_empty());
    let directory = directory.unwrap_or(Path::new("."));
    let Some(free) = free(directory) else {
        let text = format!("how much room there is in {} is not known", directory.display());
        return Finding::warn(WHAT, text, "look yourself");
    };
    let text = format!("{} MiB are free in {}", free / MEBIBYTE, directory.display());
    match free {
        ..TOO_LITTLE => {
            Finding::fail(WHAT, text, "make room now: payments cannot be recorded soon")
        }
        TOO_LITTLE..LITTLE => Finding::warn(WHAT, text, "make room"),
        LITTLE.. => Finding::ok(WHAT, text),
    }
}

/// The clock, against the latest time that the journal recorded.
pub(super) fn time(now: Timestamp, high_water: Option<Timestamp>) -> Finding {
    const WHAT: &str = "clock";
    let text = format!("{} WIB", now.wib());
    let behind = high_water.map_or(Duration::ZERO, |latest| latest.since(now));
    let late = format!("{text}, {} s behind the journal's latest time", behind.as_secs());
    if behind > BEHIND {
        Finding::fail(WHAT, late, "set the clock right, and keep it so (NTP)")
    } else if behind > BEHIND_A_LITTLE {
        Finding::warn(WHAT, late, "keep the clock right (NTP)")
    } else {
        Finding::ok(WHAT, text)
    }
}

/// Whether an engine runs.
pub(super) async fn engine(api: SocketAddr) -> Finding {
    const WHAT: &str = "engine";
    if api.port() == 0 {
        return Finding::ok(WHAT, "the system chooses its ports; not looked for");
    }
    match timeout(PATIENCE, TcpStream::connect(api)).await {
        Ok(Ok(_)) => Finding::ok(WHAT, format!("something answers at {api}")),
        _ => Finding::ok(WHAT, format!("none answers at {api}")),
    }
}

#[cfg(unix)]
fn free(directory: &Path) -> Option<u64> {
    let disk = rustix::fs::statvfs(directory).ok()?;
    Some(disk.f_bavail.saturating_mul(disk.f_frsize))
}

#[cfg(not(unix))]
fn free(_: &Path) -> Option<u64> {
    None
}

#[cfg(test)]
mod tests {
    use super::super::Verdict;
    use super::*;

    #[test]
    fn a_clock_behind_the_journal_is_wrong_and_one_ahead_is_not() {
        let at = Timestamp::from_seconds;
        let verdict = |now, latest| time(at(now), Some(at(latest))).verdict;
        assert_eq!(verdict(1_000, 1_001), Verdict::Ok);
        assert_eq!(verdict(1_000, 1_060), Verdict::Warn);
        assert_eq!(verdict(1_000, 2_000), Verdict::Fail);
        assert_eq!(verdict(9_000, 2_000), Verdict::Ok);
        assert_eq!(time(at(1), None).verdict, Verdict::Ok);
    }
}
