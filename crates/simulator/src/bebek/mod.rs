//! Bebek, simulated as its document describes it.
//!
//! LEFT: write it from the document, not from the provider crate, so that a misreading shows as a difference.
//! First `service.rs` (what is asked for, and where), then `answers.rs` (what is answered, word by word), then
//! `book.rs` (what is debited when), then what goes wrong: more of [`Conduct`].
//!
//! # What it answers
//!
//! Forms by `POST`: `pay`, `status` and `prices`, each with `username` and `password`.
//!
//! # What is invented
//!
//! LEFT: all of it. At the end this names what the document leaves open, and nothing else is invented.

mod answers;
mod book;
mod config;
mod handle;
mod service;

pub use book::Conduct;
pub use config::BebekConfig;
pub use handle::{BebekHandle, BebekSimulator};
