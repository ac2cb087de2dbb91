//! What replies and price lists mean, by a description that a test brings along in a file.
#![expect(clippy::unwrap_used, reason = "tests")]

#[expect(dead_code, reason = "shared with the other tests")]
mod support;

use std::sync::Arc;

use ppob_provider::{BuildRequest, BuiltProvider, ProviderErrorKind};
use ppob_provider_h2h::KIND;
use ppob_simulator::h2h::{Call, Fault, FaultKind, H2hHandle, Profile};
use ppob_types::{
    Cost, Family, PayOutcome, ProviderName, ProviderRef, Rupiah, StatusVerdict, Timestamp,
    UnknownCause,
};
use serde_json::json;
use support::{attempt, context, payment, permit, simulator};

const DESCRIPTION: &str = r#"
title = "Centre of the tests"
families = ["mobile-top-up", "pln-postpaid"]
late_execution_bound_s = 86400
[account]
pin = "secret"
[replies]
format = "text"
max_bytes = 200
[pay]
method = "get"
path = "trx"
fields = { product = "{product}", dest = "{dest}", refID = "{ref}", memberID = "OK001", pin = "{pin}", password = "{pin}" }
[status]
request = { method = "get", path = "trx", fields = { refID = "{ref}", memberID = "OK001", pin = "{pin}", password = "{pin}", check = "1" } }
finds_by = "ref"
[price_list]
request = { method = "get", path = "harga/json", fields = { id = "1" } }
table = { format = "csv", delimiter = ";", columns = { code = "KODE", name = "NAMA", cost = "HARGA", open = "STATUS" }, open_words = ["open"] }
[[product]]
code = "S5"
product = "TSEL-5000"
family = "mobile-top-up"
name = "Telkomsel 5.000"
nominal = 5000
[[product]]
code = "BPLA"
product = "PLN-POSTPAID"
family = "pln-postpaid"
name = "PLN"
[[reply]]
name = "done"
verdict = "success"
pattern = '''R#(?<ref>\S+) .*SUKSES.* end'''
[[reply]]
name = "taken"
verdict = "pending"
pattern = '''R#(?<ref>\S+) .*PROSES.* end'''
[[reply]]
name = "also-done"
verdict = "success"
pattern = '''R#\S+ (?<product>\w+)\.(?<dest>\d+) SUKSES end'''
[[reply]]
name = "delivered"
verdict = "success"
pattern = '''(?:T#(?<trx>\d+) )?(?:R#(?<ref>\S+) )?(?<product>\w+)\.(?<dest>\d+) TERKIRIM end'''
[[sample]]
name = "delivered"
verdict = "success"
reply = "R#1 S5.0812 TERKIRIM end"
[[sample]]
name = "done"
verdict = "success"
reply = "R#1 S5.0812 SUKSES end"
[[sample]]
name = "taken"
verdict = "pending"
reply = "R#1 S5.0812 PROSES end"
"#;

async fn centre(words: &str, call: Call) -> (H2hHandle, BuiltProvider) {
    let simulator = simulator(Profile::OkeConnect).await;
    let text = words.to_owned();
    simulator.add_fault(Fault::new(FaultKind::Words { text }).call(call));
    // Not a shipped description, so it is in a file; the process's own, since nothing cleans up after a kill.
    let path = std::env::temp_dir().join(format!(
        "h2h-{}-{}.toml",
        std::process::id(),
        simulator.origin().rsplit(':').next().unwrap()
    ));
    std::fs::write(&path, DESCRIPTION).unwrap();
    let settings = json!({
        "description_file": path,
        "base_url": simulator.origin(),
        "allow_plaintext": true,
        "pin": { "file": concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/password") },
    });
    let name = ProviderName::new("centre").unwrap();
    let built = (KIND.build)(BuildRequest { name, settings, clock: Arc::new(Stopped) });
    std::fs::remove_file(&path).unwrap();
    (simulator, built.unwrap())
}

async fn outcome(words: &str) -> (PayOutcome, Option<String>) {
    let (_simulator, built) = centre(words, Call::Pay).await;
    let request = payment(Family::MobileTopUp, "S5", "081234569999");
    let answer = built.provider.pay(&context(), &request, permit()).await;
    (answer.outcome, answer.observed.unlisted)
}

#[tokio::test]
async fn rules_that_contradict_each_other_make_a_reply_unknown_and_are_named() {
    let (outcome, unlisted) = outcome("R#P00000000000BN1 S5.081234569999 SUKSES PROSES end").await;
    assert_eq!(outcome, PayOutcome::Unknown(UnknownCause::Unlisted));
    let unlisted = unlisted.unwrap();
    assert!(unlisted.contains("done and taken contradict"), "{unlisted}");
    assert!(!unlisted.contains("081234569999"), "{unlisted}");
}

#[tokio::test]
async fn every_rule_that_fits_is_held_against_what_was_asked() {
    for (words, expected) in [
        ("R#P00000000000BN1 S5.081234569999 SUKSES end", PayOutcome::Succeeded),
        ("r#p00000000000bn1  s5.081234569999\n sukses end\n", PayOutcome::Succeeded),
        ("R#P00000000000BN1 S5.081234569998 SUKSES end", mismatch()),
        ("R#P00000000000BN1 S50.081234569999 SUKSES end", mismatch()),
        ("R#P00000000000BN2 S5.081234569999 SUKSES end", mismatch()),
        (
            "R#P00000000000BN1 S5.081234569999 SUKSES en",
            PayOutcome::Unknown(UnknownCause::Unlisted),
        ),
        ("", PayOutcome::Unknown(UnknownCause::Unreadable)),
    ] {
        assert_eq!(outcome(words).await.0, expected, "{words}");
    }
    let long = format!("R#P00000000000BN1 {} SUKSES end", "x".repeat(200));
    assert_eq!(outcome(&long).await.0, PayOutcome::Unknown(UnknownCause::Unreadable));
}

fn mismatch() -> PayOutcome {
    PayOutcome::Unknown(UnknownCause::Mismatch)
}

#[tokio::test]
async fn a_success_that_names_only_the_customer_number_may_be_an_earlier_payments() {
    let (named, nameless) =
        ("R#P00000000000BN1 S5.081234569999 TERKIRIM end", "T#8 S5.081234569999 TERKIRIM end");
    assert_eq!(outcome(named).await.0, PayOutcome::Succeeded);
    let (paid, unlisted) = outcome(nameless).await;
    assert_eq!(paid, PayOutcome::Unknown(UnknownCause::Unlisted));
    assert!(unlisted.unwrap().starts_with("without our reference"));
    let request = payment(Family::MobileTopUp, "S5", "081234569999");
    for (words, known, succeeds) in [
        (named, None, true),
        (nameless, Some("8"), true),
        (nameless, Some("7"), false),
        (nameless, None, false),
        ("S5.081234569999 TERKIRIM end", Some("8"), false),
    ] {
        let (_simulator, built) = centre(words, Call::Check).await;
        let looked = attempt(&request, known.and_then(ProviderRef::new));
        let report = built.provider.check_status(&context(), &looked).await;
        match report {
            Ok(report) => {
                assert!(succeeds && report.verdict == StatusVerdict::Succeeded, "{words}");
            }
            Err(error) => {
                assert!(!succeeds, "{words}: {error}");
                assert_eq!(error.kind, ProviderErrorKind::Unreadable);
            }
        }
    }
}

#[tokio::test]
async fn a_price_list_of_semicolons_is_read_and_what_is_odd_is_told() {
    let words = "KODE;NAMA;HARGA;STATUS\nS5;Telkomsel;5.500;open\nS5;Telkomsel;5.500;open\nS10;T;10.450;closed\n\
                 BPLA;PLN;-1.150;OPEN\nCEK;Cek;0;open\nX;X;-5;open\nY;Y;1,5;open\nZ";
    let (_simulator, built) = centre(words, Call::Prices).await;
    let list = built.provider.price_list(&context()).await.unwrap();
    let rows: Vec<_> =
        list.rows.iter().map(|row| (row.provider_code.as_str(), row.cost, row.open)).collect();
    let fixed = |amount| Cost::Fixed(Rupiah::new(amount));
    assert_eq!(
        rows,
        [
            ("S5", fixed(5_500), true),
            ("S10", fixed(10_450), false),
            ("BPLA", Cost::BillPlus(Rupiah::new(-1_150)), true),
            ("CEK", fixed(0), false),
        ]
    );
    assert_eq!(list.unreadable, ["row 6", "row 7", "row 8"]);
    let mapped: Vec<_> = list.rows.iter().filter_map(|row| built.mapping.map(row)).collect();
    assert_eq!(mapped.len(), 2);
    assert!(built.mapping.configuration().contains("TSEL-5000"));
    let (_simulator, built) = centre("IP tidak sesuai", Call::Prices).await;
    let error = built.provider.price_list(&context()).await.unwrap_err();
    assert_eq!(error.kind, ProviderErrorKind::Unreadable);
}

#[derive(Debug)]
struct Stopped;

impl ppob_types::Clock for Stopped {
    fn now(&self) -> Timestamp {
        Timestamp::default()
    }

    fn monotonic(&self) -> ppob_types::Monotonic {
        ppob_types::Monotonic::default()
    }
}
