//! Formats new code, whose lines are as long as its name.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::problem::Problem;

/// The same code as `cargo fmt` would have it.
pub(crate) fn formatted(root: &Path, file: &Path, code: &str) -> Result<String, Problem> {
    let failed = |why: String| Problem::NotFormatted { file: file.display().to_string(), why };
    let mut rustfmt = Command::new("rustfmt")
        .args(["--edition", "2024", "--emit", "stdout", "--config-path"])
        .arg(root.join("rustfmt.toml"))
        .current_dir(root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|error| failed(error.to_string()))?;
    if let Some(mut stdin) = rustfmt.stdin.take() {
        stdin.write_all(code.as_bytes()).map_err(|error| failed(error.to_string()))?;
    }
    let output = rustfmt.wait_with_output().map_err(|error| failed(error.to_string()))?;
    if !output.status.success() {
        return Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()));
    }
    String::from_utf8(output.stdout).map_err(|error| failed(error.to_string()))
}
