//! Who may read and change files.

use std::path::Path;

use super::Finding;
use crate::config::{Loaded, is_reference, leaves};

const WHAT: &str = "files";

/// The configuration, and the files that it says hold secrets.
pub(super) fn of_configuration(loaded: &Loaded) -> Vec<Finding> {
    let mut findings = Vec::new();
    let file = Path::new(&loaded.place);
    if mode(file).is_some_and(|mode| mode & 0o022 != 0) {
        findings.push(Finding::fail(
            WHAT,
            format!("others may change {}, and so where money goes", file.display()),
            format!("chmod go-w {}", file.display()),
        ));
    }
    let secrets = leaves(&loaded.effective).into_iter().filter(|(_, value)| is_reference(value));
    for (key, value) in secrets {
        let path = value.get("file").and_then(|path| path.as_str()).map(Path::new);
        findings.extend(path.and_then(|path| private(path, &format!("the secret of `{key}`"))));
    }
    if findings.is_empty() {
        findings
            .push(Finding::ok(WHAT, "nobody else may change the configuration or read secrets"));
    }
    findings
}

/// Something to say if others may read a file that is for its owner only.
pub(super) fn private(path: &Path, holds: &str) -> Option<Finding> {
    mode(path).filter(|mode| mode & 0o077 != 0).map(|mode| {
        Finding::warn(
            WHAT,
            format!(
                "{} holds {holds} and others may use it (mode {:03o})",
                path.display(),
                mode & 0o777
            ),
            format!("chmod 600 {}", path.display()),
        )
    })
}

#[cfg(unix)]
fn mode(path: &Path) -> Option<u32> {
    use std::os::unix::fs::MetadataExt as _;
    std::fs::metadata(path).ok().map(|file| file.mode())
}

/// Rights are told by other means here.
#[cfg(not(unix))]
fn mode(_: &Path) -> Option<u32> {
    None
}
