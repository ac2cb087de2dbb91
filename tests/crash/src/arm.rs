//! Makes a process die, or stand still, at a named moment of its own.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread::sleep;
use std::time::Duration;

use ppob_types::{CrashPoint, watch_crash_points};
use rustix::process::{Signal, getpid, kill_process};

/// The moment, such as `after-intent:3` (dies when it is passed the third time) or
/// `stop:permit-minted:1` (stands still then, until somebody lets it go on).
pub const AT: &str = "CRASH_AT";
/// The file that is written right before.
pub const MARK: &str = "CRASH_MARK";

/// How often a thread that stands still looks whether it may go on.
const LOOK: Duration = Duration::from_millis(2);

/// The file that lets a process go on that stood still, beside its mark.
pub fn go_on(mark: &Path) -> PathBuf {
    mark.with_extension("go-on")
}

/// What happens, and when.
#[derive(Debug)]
struct Armed {
    point: CrashPoint,
    left: AtomicU32,
    signal: Signal,
    mark: Option<PathBuf>,
}

static ARMED: OnceLock<Armed> = OnceLock::new();

/// Arms this process, if its environment asks for it.
///
/// # Errors
/// If what it asks for cannot be understood.
pub fn arm() -> Result<(), String> {
    let Some(text) = env::var_os(AT) else { return Ok(()) };
    let text = text.to_string_lossy().into_owned();
    let mark = env::var_os(MARK).map(PathBuf::from);
    let armed = parse(&text, mark).ok_or_else(|| format!("{AT}={text} names no moment"))?;
    if ARMED.set(armed).is_ok() {
        watch_crash_points(passed);
    }
    Ok(())
}

fn parse(text: &str, mark: Option<PathBuf>) -> Option<Armed> {
    let (signal, rest) = match text.strip_prefix("stop:") {
        Some(rest) => (Signal::STOP, rest),
        None => (Signal::KILL, text),
    };
    let (name, times) = rest.split_once(':')?;
    let left = times.parse().ok().filter(|times| *times > 0)?;
    Some(Armed { point: CrashPoint::of(name)?, left: AtomicU32::new(left), signal, mark })
}

fn passed(point: CrashPoint) {
    let Some(armed) = ARMED.get().filter(|armed| armed.point == point) else { return };
    let before =
        armed.left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1));
    if before == Ok(1) {
        if let Some(mark) = &armed.mark {
            // The file is for whoever started this process; without it the signal tells as much.
            let _told_or_not = fs::write(mark, point.as_str());
        }
        let _sent_to_ourselves = kill_process(getpid(), armed.signal);
        // The signal may reach another thread first; this one must not get any further meanwhile.
        let may_go_on = armed.mark.as_deref().map(go_on);
        while armed.signal == Signal::KILL
            || may_go_on.as_deref().is_some_and(|file| !file.exists())
        {
            sleep(LOOK);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_read_with_its_count_and_its_signal() {
        let armed = parse("after-intent:3", None).unwrap();
        assert_eq!((armed.point, armed.signal), (CrashPoint::AfterIntent, Signal::KILL));
        assert_eq!(armed.left.load(Ordering::SeqCst), 3);
        assert_eq!(parse("stop:permit-minted:1", None).unwrap().signal, Signal::STOP);
        for wrong in ["after-intent", "after-intent:0", "never:1", "", "stop:"] {
            assert!(parse(wrong, None).is_none(), "{wrong}");
        }
    }
}
