//! Memory, processor time and open files of this process, as Linux tells them.

use std::fmt::Write as _;

use super::table::METRICS;

/// The kernel counts processor time in hundredths of a second for user space (`USER_HZ`), on every
/// architecture that this runs on.
const TICKS_PER_SECOND: u64 = 100;

/// The metrics of the process in the text format of Prometheus. What cannot be read is left out.
pub(crate) fn render() -> String {
    let mut text = String::new();
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    line(&mut text, "process_cpu_seconds_total", cpu_ticks(&stat).map(seconds));
    line(&mut text, "process_resident_memory_bytes", resident().map(|bytes| bytes.to_string()));
    line(&mut text, "process_open_fds", open_files().map(|files| files.to_string()));
    line(&mut text, "process_start_time_seconds", started_at(&stat).map(seconds));
    text
}

fn line(text: &mut String, name: &str, value: Option<String>) {
    let metric = METRICS.iter().find(|metric| metric.name == name);
    if let (Some(metric), Some(value)) = (metric, value) {
        let (meaning, kind) = (metric.meaning, metric.kind.as_str());
        let _ = write!(text, "# HELP {name} {meaning}\n# TYPE {name} {kind}\n{name} {value}\n\n");
    }
}

/// Ticks as seconds with two decimals.
fn seconds(ticks: u64) -> String {
    format!("{}.{:02}", ticks / TICKS_PER_SECOND, ticks % TICKS_PER_SECOND)
}

/// The fields behind the command, which may hold anything and ends at the last parenthesis. The
/// first of them is field 3 of proc(5).
fn field(stat: &str, number: usize) -> Option<u64> {
    let (_, behind) = stat.rsplit_once(") ")?;
    behind.split_ascii_whitespace().nth(number.checked_sub(3)?)?.parse().ok()
}

fn cpu_ticks(stat: &str) -> Option<u64> {
    field(stat, 14)?.checked_add(field(stat, 15)?)
}

/// Ticks since 1970.
fn started_at(stat: &str) -> Option<u64> {
    let system = std::fs::read_to_string("/proc/stat").ok()?;
    let booted_at: u64 =
        system.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()?;
    booted_at.checked_mul(TICKS_PER_SECOND)?.checked_add(field(stat, 22)?)
}

fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let kibibytes: u64 = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?
        .trim()
        .strip_suffix(" kB")?
        .trim()
        .parse()
        .ok()?;
    kibibytes.checked_mul(1024)
}

fn open_files() -> Option<usize> {
    Some(std::fs::read_dir("/proc/self/fd").ok()?.count())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_with_parentheses_does_not_shift_the_fields() {
        let stat = "42 (a) b (c) S 1 2 3 4 5 6 7 8 9 10 250 30 0 0 20 0 1 0 77 100 200";
        assert_eq!(cpu_ticks(stat), Some(280));
        assert_eq!(field(stat, 22), Some(77));
        assert_eq!(seconds(280), "2.80");
        assert_eq!(cpu_ticks(""), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn this_process_has_memory_files_and_a_start() {
        let text = render();
        for name in [
            "process_cpu_seconds_total ",
            "process_resident_memory_bytes ",
            "process_open_fds ",
            "process_start_time_seconds ",
        ] {
            assert!(text.contains(&format!("\n{name}")), "{name} in {text}");
        }
    }
}
