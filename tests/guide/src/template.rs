//! The template, and what of it becomes a new provider.

use std::fs;
use std::path::{Path, PathBuf};

use crate::name::Name;
use crate::problem::Problem;

const CRATE: &str = "tests/bebek";
const SIMULATOR: &str = "crates/simulator/src/bebek";

/// What the template has for itself.
const NOT_COPIED: [&str; 3] = ["config.toml", "left.txt", "tests/template.rs"];

/// What makes the template a part of the tests and a new provider a part of the program.
const ONLY_IN_THE_TEMPLATE: [(&str, &str, &str); 2] = [
    (
        "Cargo.toml",
        "ppob-simulator = { workspace = true, features = [\"template\"] }\n",
        "ppob-simulator.workspace = true\n",
    ),
    (
        "tests/conformance.rs",
        "#[ignore = \"the template itself is never finished: template.rs runs it\"]\n",
        "",
    ),
];

/// A file to be written: its path from the root, and its text.
pub(crate) type NewFile = (PathBuf, String);

/// Every file of the new crate and of its simulator.
pub(crate) fn files(root: &Path, name: &Name) -> Result<Vec<NewFile>, Problem> {
    let own = PathBuf::from(format!("crates/provider-{}", name.as_str()));
    let simulator = PathBuf::from(format!("crates/simulator/src/{}", name.as_str()));
    let mut files = Vec::new();
    for (from, to) in [(CRATE, own), (SIMULATOR, simulator)] {
        let from = root.join(from);
        let mut paths = Vec::new();
        walk(&from, &from, &mut paths)?;
        paths.sort();
        paths.retain(|path| !NOT_COPIED.iter().any(|not| path == Path::new(not)));
        for path in &paths {
            let text = made_own(path, read(&from.join(path))?)?;
            files.push((to.join(path), name.rename(&text)));
        }
    }
    Ok(files)
}

/// The block of the example configuration.
pub(crate) fn example(root: &Path, name: &Name) -> Result<String, Problem> {
    Ok(name.rename(&read(&root.join(CRATE).join("config.toml"))?))
}

/// The cases of the conformance kit that fail until the work is done, as the report names them.
///
/// # Errors
/// [`Problem::Unreadable`].
pub fn left(root: &Path) -> Result<Vec<String>, Problem> {
    Ok(read(&root.join(CRATE).join("left.txt"))?.lines().map(str::to_owned).collect())
}

pub(crate) fn read(path: &Path) -> Result<String, Problem> {
    fs::read_to_string(path).map_err(|error| unreadable(path, error))
}

fn unreadable(path: &Path, error: std::io::Error) -> Problem {
    Problem::Unreadable { file: path.display().to_string(), error }
}

fn made_own(path: &Path, text: String) -> Result<String, Problem> {
    for (file, of_template, own) in ONLY_IN_THE_TEMPLATE {
        if path != Path::new(file) {
            continue;
        }
        if text.matches(of_template).count() != 1 {
            let what = format!("it does not hold {of_template:?} once");
            return Err(Problem::NoPlace { file: format!("{CRATE}/{file}"), what });
        }
        return Ok(text.replace(of_template, own));
    }
    Ok(text)
}

fn walk(top: &Path, dir: &Path, found: &mut Vec<PathBuf>) -> Result<(), Problem> {
    let entries = fs::read_dir(dir).map_err(|error| unreadable(dir, error))?;
    for entry in entries {
        let path = entry.map_err(|error| unreadable(dir, error))?.path();
        if path.is_dir() {
            walk(top, &path, found)?;
        } else if let Ok(relative) = path.strip_prefix(top) {
            found.push(relative.to_owned());
        }
    }
    Ok(())
}
