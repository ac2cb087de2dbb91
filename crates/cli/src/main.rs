//! The `ppob` binary.
fn main() {}
