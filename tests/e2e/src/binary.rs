//! Where the binary is.

use std::env;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicBool, Ordering};

use serde_json::Value;

use crate::{Problem, Result};

/// The `ppob` of this working tree, built if it is not, in the profile of this test; or the file
/// that the environment variable `E2E_BINARY` names.
///
/// Cargo locks its target directory, so any number of tests may ask at once; where everything is
/// built, asking takes a moment.
///
/// # Errors
/// With what the compiler said, if the binary does not build.
pub fn ppob() -> Result<&'static Path> {
    static PATH: OnceLock<Result<PathBuf, String>> = OnceLock::new();
    static TOLD: AtomicBool = AtomicBool::new(false);
    let path = PATH.get_or_init(|| match env::var_os("E2E_BINARY") {
        Some(file) => Ok(file.into()),
        None => build().map_err(|problem| problem.to_string()),
    });
    path.as_deref().map_err(|problem| {
        // One test shows what the compiler said, and the others do not bury it.
        let told = TOLD.swap(true, Ordering::Relaxed);
        Problem::new(if told { "the binary does not build" } else { problem })
    })
}

/// The root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn build() -> Result<PathBuf> {
    let cargo = env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(cargo);
    command.current_dir(repository()).args(["build", "-p", "ppob-cli", "--bin", "ppob"]);
    command.arg("--message-format=json-render-diagnostics");
    if !cfg!(debug_assertions) {
        command.arg("--release");
    }
    let output = command.output()?;
    if !output.status.success() {
        let said = String::from_utf8_lossy(&output.stderr);
        return Err(Problem::new(format!("the binary does not build:\n{said}")));
    }
    String::from_utf8_lossy(&output.stdout)
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok())
        .filter(|message| message.pointer("/target/name").is_some_and(|name| name == "ppob"))
        .find_map(|message| Some(PathBuf::from(message.get("executable")?.as_str()?)))
        .ok_or_else(|| Problem::new("cargo built no executable `ppob`"))
}
