//! Master keys in files.

use std::fs::OpenOptions;
use std::io::{ErrorKind, Read as _, Write as _};
use std::path::Path;

use zeroize::Zeroizing;

use crate::{KeyError, KeyId, MasterKey};

/// Longer than any key with its line end.
const LONGEST: u64 = 1_024;

/// Reads a key from a file that only its owner, and maybe a group, can read.
///
/// # Errors
/// [`KeyError`]: it is missing, open to everybody, or holds no key.
pub fn read_key_file(id: KeyId, path: &Path) -> Result<MasterKey, KeyError> {
    let failed = |source: std::io::Error| match source.kind() {
        ErrorKind::NotFound => KeyError::Missing(path.to_owned()),
        _ => KeyError::File { path: path.to_owned(), source },
    };
    let file = std::fs::File::open(path).map_err(failed)?;
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        if file.metadata().map_err(failed)?.permissions().mode() & 0o007 != 0 {
            return Err(KeyError::Exposed(path.to_owned()));
        }
    }
    let mut text = Zeroizing::new(String::new());
    file.take(LONGEST).read_to_string(&mut text).map_err(failed)?;
    MasterKey::parse(id, &text)
}

/// Draws a key and writes it to a new file that only this user can read. It is durable, with its name,
/// when this returns.
///
/// # Errors
/// [`KeyError`]: the file exists, or cannot be written.
pub fn create_key_file(id: KeyId, path: &Path) -> Result<MasterKey, KeyError> {
    let failed = |source: std::io::Error| match source.kind() {
        ErrorKind::AlreadyExists => KeyError::Exists(path.to_owned()),
        _ => KeyError::File { path: path.to_owned(), source },
    };
    let key = MasterKey::generate(id)?;
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path).map_err(failed)?;
    let mut line = key.expose();
    line.push('\n');
    let written = file.write_all(line.as_bytes()).and_then(|()| file.sync_all());
    if let Err(error) = written {
        // Half a key would stand in the way of a whole one.
        let _ = std::fs::remove_file(path);
        return Err(failed(error));
    }
    let directory = match path.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    std::fs::File::open(directory).and_then(|directory| directory.sync_all()).map_err(failed)?;
    Ok(key)
}
