//! The one place that writes for people and scripts.

use std::io::{self, ErrorKind, Write};

use crate::exit::Exit;
use crate::failure::Failure;

/// Writes to standard output, at once and as a whole.
///
/// A reader that has gone away (`ppob products | head`) is no failure.
pub(crate) fn print(text: &str) -> Result<(), Failure> {
    written(write(&mut io::stdout().lock(), text))
}

/// Writes to standard error: what a person should see and a script should not read.
pub(crate) fn note(text: &str) -> Result<(), Failure> {
    written(write(&mut io::stderr().lock(), text))
}

fn write(to: &mut dyn Write, text: &str) -> io::Result<()> {
    to.write_all(text.as_bytes())?;
    if !text.ends_with('\n') {
        to.write_all(b"\n")?;
    }
    to.flush()
}

fn written(result: io::Result<()>) -> Result<(), Failure> {
    match result {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Failure::new(
            Exit::Unknown,
            format!(
                "The output could not be written: {error}. What was asked for may have been done, \
                     a payment too: look at it (`ppob payment get ID`), or repeat with the same --id."
            ),
        )),
        _ => Ok(()),
    }
}
