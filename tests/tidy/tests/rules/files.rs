//! The files of the repository, as they lie in the working tree.

use std::fs;
use std::path::{Path, PathBuf};

use ppob_tidy::repository_root;

/// A text file.
pub(crate) struct File {
    /// Relative to the root, with `/`.
    pub(crate) path: String,
    /// All of it.
    pub(crate) text: String,
}

impl File {
    /// The lines, numbered from 1.
    pub(crate) fn lines(&self) -> impl Iterator<Item = (usize, &str)> {
        (1..).zip(self.text.lines())
    }

    /// The lines that are no whole-line comments.
    pub(crate) fn code_lines(&self) -> impl Iterator<Item = (usize, &str)> {
        self.lines().filter(|(_, line)| !line.trim_start().starts_with("//"))
    }
}

/// Every text file whose name ends with one of `endings`, in the order of their paths.
pub(crate) fn ending_with(endings: &[&str]) -> Vec<File> {
    let mut paths = Vec::new();
    walk(&repository_root(), &mut paths);
    paths.sort();
    paths
        .into_iter()
        .filter(|path| endings.iter().any(|ending| path.ends_with(ending)))
        .filter_map(|path| {
            let bytes = fs::read(repository_root().join(&path)).expect("a file of the repository");
            let text = String::from_utf8(bytes).ok()?;
            Some(File { path, text })
        })
        .collect()
}

/// Rust code that people write.
pub(crate) fn rust() -> Vec<File> {
    let mut files = ending_with(&[".rs"]);
    files.retain(|file| !file.path.contains("/generated/"));
    assert!(files.len() > 100, "only {} files of code found", files.len());
    files
}

/// The text of one file.
pub(crate) fn text(path: &str) -> String {
    let found = fs::read_to_string(repository_root().join(path));
    found.unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// Whether there is such a file or directory.
pub(crate) fn exists(path: &str) -> bool {
    repository_root().join(path).exists()
}

/// Fails with a list of everything that is wrong.
pub(crate) fn assert_none(wrong: &[String], rule: &str) {
    assert!(wrong.is_empty(), "{rule}:\n  {}", wrong.join("\n  "));
}

fn walk(dir: &Path, paths: &mut Vec<String>) {
    // What is built or belongs to git is not written by anybody.
    const NOT_OURS: [&str; 2] = ["target", ".git"];
    let mut entries: Vec<PathBuf> = fs::read_dir(dir)
        .expect("a directory of the repository")
        .map(|entry| entry.expect("an entry of the repository").path())
        .collect();
    entries.sort();
    for entry in entries {
        let name = entry.file_name().unwrap_or_default();
        if NOT_OURS.iter().any(|not_ours| name == *not_ours) {
            continue;
        }
        if entry.is_dir() {
            walk(&entry, paths);
        } else if let Ok(relative) = entry.strip_prefix(repository_root()) {
            paths.push(relative.to_string_lossy().into_owned());
        }
    }
}
