//! Why no provider was written.

use std::path::PathBuf;

/// Why no provider was written. Nothing was changed, unless it says so itself.
#[derive(Debug, thiserror::Error)]
pub enum Problem {
    /// The name cannot be one.
    #[error(
        "{0:?} cannot be the name of a kind: it takes 2 to 20 small letters and digits, a letter first (NAME=foo)"
    )]
    BadName(String),
    /// The name means something else already.
    #[error("{name:?} cannot be the name of a kind: {taken}; choose another one")]
    TakenName {
        /// What was asked for.
        name: String,
        /// By what it is taken.
        taken: String,
    },
    /// A file is not as this program expects it.
    #[error(
        "{file}: {what}, so it is not clear where the new provider belongs; nothing was written. Put the file right, or add the provider by hand (docs/PROVIDER_GUIDE.md)"
    )]
    NoPlace {
        /// The file, from the root.
        file: String,
        /// What is not as expected.
        what: String,
    },
    /// A file of the repository cannot be read.
    #[error("{file}: {error}; nothing was written")]
    Unreadable {
        /// The file, from the root.
        file: String,
        /// What the system says.
        error: std::io::Error,
    },
    /// The new code cannot be formatted.
    #[error(
        "rustfmt does not format {file}: {why}; nothing was written. `rustup component add rustfmt` brings it"
    )]
    NotFormatted {
        /// The file, from the root.
        file: String,
        /// What it says.
        why: String,
    },
    /// Writing failed, and what had been written was taken back.
    #[error("{}: {error}; what had been written was taken back", .file.display())]
    Unwritable {
        /// The file.
        file: PathBuf,
        /// What the system says.
        error: std::io::Error,
    },
}
