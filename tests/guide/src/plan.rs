//! Everything that is to be written, made up before anything is.

use std::ffi::OsStr;
use std::fs;
use std::path::{Path, PathBuf};

use crate::edits::edited;
use crate::format::formatted;
use crate::name::Name;
use crate::problem::Problem;
use crate::template::files;

/// Everything that a new provider needs written.
#[derive(Debug)]
pub struct Plan {
    root: PathBuf,
    new: Vec<(PathBuf, String)>,
    changed: Vec<(PathBuf, String)>,
}

impl Plan {
    /// Makes up every file of a provider called `name`; writes none.
    ///
    /// # Errors
    /// [`Problem`], if the name is taken or a file is not as it is expected.
    pub fn make(root: &Path, name: &Name) -> Result<Self, Problem> {
        name.check_free(root)?;
        let mut new = files(root, name)?;
        for (file, text) in &mut new {
            if file.extension() == Some(OsStr::new("rs")) {
                *text = formatted(root, file, text)?;
            }
        }
        let changed = edited(root, name)?;
        let changed = changed.into_iter().map(|(file, text)| (PathBuf::from(file), text)).collect();
        Ok(Self { root: root.to_owned(), new, changed })
    }

    /// Files that do not stand yet, from the root.
    pub fn new_files(&self) -> impl Iterator<Item = &Path> {
        self.new.iter().map(|(file, _)| file.as_path())
    }

    /// Files that stand and get lines, from the root.
    pub fn changed_files(&self) -> impl Iterator<Item = &Path> {
        self.changed.iter().map(|(file, _)| file.as_path())
    }

    /// Writes everything, or nothing.
    ///
    /// # Errors
    /// [`Problem::Unwritable`], after what had been written was taken back.
    pub fn carry_out(&self) -> Result<(), Problem> {
        let mut undo = Undo::default();
        for (file, text) in self.new.iter().chain(&self.changed) {
            let file = self.root.join(file);
            if let Err(error) = undo.write(&file, text) {
                undo.all();
                return Err(Problem::Unwritable { file, error });
            }
        }
        Ok(())
    }
}

/// What was written, and what stood there before.
#[derive(Default)]
struct Undo {
    made_dirs: Vec<PathBuf>,
    before: Vec<(PathBuf, Option<Vec<u8>>)>,
}

impl Undo {
    fn write(&mut self, file: &Path, text: &str) -> std::io::Result<()> {
        if let Some(dir) = file.parent() {
            let missing: Vec<&Path> = dir.ancestors().take_while(|dir| !dir.exists()).collect();
            self.made_dirs.extend(missing.into_iter().rev().map(Path::to_owned));
            fs::create_dir_all(dir)?;
        }
        let before = if file.exists() { Some(fs::read(file)?) } else { None };
        self.before.push((file.to_owned(), before));
        fs::write(file, text)
    }

    /// As far as it can be taken back: the error that led here is the one that is told.
    fn all(&self) {
        for (file, before) in self.before.iter().rev() {
            let _as_it_was = match before {
                Some(bytes) => fs::write(file, bytes),
                None => fs::remove_file(file),
            };
        }
        for dir in self.made_dirs.iter().rev() {
            let _not_there_either = fs::remove_dir(dir);
        }
    }
}
