//! What must hold for any bytes that others send: one property for each parser.
//!
//! A property is a function that takes bytes, reads them with the code that ships, and panics if
//! something does not hold. It is written once, beside its parser where that is private (the feature
//! `testkit`), and used three times: on every file of the kept corpus and on drawn inputs in the ordinary
//! tests, and by the fuzzer in `fuzz`.
#![expect(
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a property that does not hold panics"
)]

mod http;
mod sealed;
mod statement;
mod values;

use std::path::{Path, PathBuf};

/// A parser of foreign bytes, and what must hold for whatever it reads.
#[derive(Clone, Copy, Debug)]
pub struct Target {
    /// Its name, as the fuzzer and the directory of its corpus are called.
    pub name: &'static str,
    /// Panics if something does not hold for these bytes.
    pub check: fn(&[u8]),
}

/// Every parser of foreign bytes. A new one is a line here, a file in `fuzz/fuzz_targets` and a directory in
/// `fuzz/corpus`; a test looks for all three.
pub const TARGETS: [Target; 39] = [
    target("mmbc-pay", ppob_provider_mmbc::properties::pay),
    target("mmbc-status", ppob_provider_mmbc::properties::status),
    target("mmbc-inquiry", ppob_provider_mmbc::properties::inquiry),
    target("mmbc-prices", ppob_provider_mmbc::properties::prices),
    target("mmbc-balance", ppob_provider_mmbc::properties::balance),
    target("mmbc-amounts", ppob_provider_mmbc::properties::amounts),
    target("mmbc-refusals", ppob_provider_mmbc::properties::refusals),
    target("mmbc-settings", ppob_provider_mmbc::properties::settings),
    target("digiflazz-pay", ppob_provider_digiflazz::properties::pay),
    target("digiflazz-status", ppob_provider_digiflazz::properties::status),
    target("digiflazz-inquiry", ppob_provider_digiflazz::properties::inquiry),
    target("digiflazz-prices", ppob_provider_digiflazz::properties::prices),
    target("digiflazz-balance", ppob_provider_digiflazz::properties::balance),
    target("digiflazz-callback", ppob_provider_digiflazz::properties::callback),
    target("iak-pay", ppob_provider_iak::properties::pay),
    target("iak-status", ppob_provider_iak::properties::status),
    target("iak-inquiry", ppob_provider_iak::properties::inquiry),
    target("iak-prices", ppob_provider_iak::properties::prices),
    target("iak-balance", ppob_provider_iak::properties::balance),
    target("iak-callback", ppob_provider_iak::properties::callback),
    target("iak-settings", ppob_provider_iak::properties::settings),
    target("h2h-reply", ppob_provider_h2h::properties::reply),
    target("h2h-description", ppob_provider_h2h::properties::description),
    target("http-answers", http::answers),
    target("api-requests", ppob_server::properties::requests),
    target("api-page-tokens", ppob_server::properties::page_tokens),
    target("api-key-hashes", ppob_server::properties::key_hashes),
    target("api-times", ppob_server::properties::times),
    target("journal-stored-values", ppob_journal_durable::properties::stored_values),
    target("journal-sealed-values", ppob_journal_durable::properties::sealed_values),
    target("journal-send-segments", ppob_journal_durable::properties::send_segments),
    target("statement-rows", statement::rows),
    target("sealed-blobs", sealed::blobs),
    target("master-keys", sealed::keys),
    target("key-files", sealed::key_files),
    target("texts", values::texts),
    target("moments", values::moments),
    target("configuration", ppob_cli::properties::configuration),
    target("arguments", ppob_cli::properties::arguments),
];

const fn target(name: &'static str, check: fn(&[u8])) -> Target {
    Target { name, check }
}

/// Checks one input of the target of this name; what the fuzzer calls.
///
/// # Panics
/// If something does not hold, or if there is no such target.
pub fn check(name: &str, data: &[u8]) {
    let target = TARGETS.iter().find(|target| target.name == name);
    let Some(target) = target else { panic!("there is no target {name}") };
    (target.check)(data);
}

/// Where the inputs of a target are kept.
pub fn corpus(name: &str) -> PathBuf {
    repository().join("fuzz/corpus").join(name)
}

/// The root of the repository.
pub fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}
