//! Writes the generated gRPC code: `cargo run -p ppob-tidy --bin gen`.

use ppob_tidy::generate::{self, GenerateError};

fn main() -> Result<(), GenerateError> {
    generate::generate(&generate::checked_in_dir())
}
