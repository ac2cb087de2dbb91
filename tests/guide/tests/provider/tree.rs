//! A copy of the repository, and what became of it.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::path::{Path, PathBuf};

/// The version of the copy's own crates. Cargo tells crates of the same path below the root apart by it, so that
/// the copy can be built into the directory where all other crates lie ready, without taking the place of ours.
const VERSION: &str = "0.0.0-copy";

/// What is built, belongs to git, or is a workspace of its own.
const NOT_COPIED: [&str; 3] = ["target", ".git", "fuzz"];

/// A copy of the repository, which is gone with this value.
pub(crate) struct Copy(tempfile::TempDir);

impl Copy {
    pub(crate) fn new() -> Self {
        let copy = Self(tempfile::tempdir().unwrap());
        copy_dir(&repository(), copy.root());
        copy
    }

    pub(crate) fn root(&self) -> &Path {
        self.0.path()
    }

    pub(crate) fn text(&self, file: &str) -> String {
        fs::read_to_string(self.root().join(file)).unwrap()
    }

    pub(crate) fn write(&self, file: &str, text: &str) {
        let file = self.root().join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, text).unwrap();
    }

    /// Makes its crates others than ours.
    pub(crate) fn renumber(&self) {
        let ours = format!("version = \"{}\"", env!("CARGO_PKG_VERSION"));
        let theirs = format!("version = \"{VERSION}\"");
        self.write("Cargo.toml", &self.text("Cargo.toml").replacen(&ours, &theirs, 1));
        let lock = self.text("Cargo.lock");
        let packages = lock.split("\n[[package]]\n").map(|package| {
            let is_ours = package.starts_with("name = \"ppob-");
            if is_ours { package.replacen(&ours, &theirs, 1) } else { package.to_owned() }
        });
        self.write("Cargo.lock", &packages.collect::<Vec<_>>().join("\n[[package]]\n"));
    }

    /// Every file, by its path from the root.
    pub(crate) fn files(&self) -> BTreeMap<String, Vec<u8>> {
        let mut files = BTreeMap::new();
        read_dir(self.root(), self.root(), &mut files);
        files
    }
}

pub(crate) fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

/// With the times of the files, so that what was built of them is not built again.
fn copy_dir(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap();
        if NOT_COPIED.iter().any(|not| name == *not) {
            continue;
        }
        let to = to.join(name);
        if path.is_dir() {
            copy_dir(&path, &to);
        } else {
            fs::copy(&path, &to).unwrap();
            let modified = fs::metadata(&path).unwrap().modified().unwrap();
            File::options().write(true).open(&to).unwrap().set_modified(modified).unwrap();
        }
    }
}

fn read_dir(top: &Path, dir: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
    for entry in fs::read_dir(dir).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_dir(top, &path, files);
        } else {
            let name = path.strip_prefix(top).unwrap().to_string_lossy().into_owned();
            files.insert(name, fs::read(&path).unwrap());
        }
    }
}
