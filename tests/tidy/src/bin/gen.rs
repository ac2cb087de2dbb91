//! Writes the generated gRPC code and the documents that are made of it:
//! `cargo run -p ppob-tidy --bin gen`.

use ppob_tidy::generate::{self, GenerateError};
use ppob_tidy::reference;

fn main() -> Result<(), GenerateError> {
    generate::generate(&generate::checked_in_dir())?;
    reference::write()
}
