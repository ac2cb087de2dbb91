//! `docs/PROVIDERS.md`: what every kind can do, as it says itself.
//!
//! The accounts are those of the example configuration, which has one of each kind.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use ppob_provider::{
    BuildRequest, Capability, InquiryRule, PpobProvider, RefusalTrust, SecretRef, StatusLookup,
};
use ppob_types::Family;
use serde_json::{Value, json};

use super::KINDS;
use crate::clock::SystemClock;
use crate::config::load;

const HEAD: &str = "# Providers

What every kind of provider can do, by product family, as it says itself (`capability()`) for the accounts
of `config/ppob.example.toml`. Down to the line that says so, this page is written from the code; a test
keeps the two equal. That what a provider says of itself is true is what the conformance kit tests
(`crates/provider-testkit`); where the facts come from stands in the `docs.md` of its crate.

";

/// What follows is written by people.
const BY_HAND: &str = "<!-- What follows is written by hand. -->\n";

/// An account of the example, and what the page calls it.
struct Account {
    name: String,
    kind: String,
    provider: Arc<dyn PpobProvider>,
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// Every account of the example, with secrets that exist.
fn accounts() -> Vec<Account> {
    let mut secret = tempfile::NamedTempFile::new().unwrap();
    secret.write_all(b"no-secret").unwrap();
    let loaded = load(Some(&root().join("config/ppob.example.toml")), Vec::new()).unwrap();
    let mut accounts = Vec::new();
    for table in loaded.providers {
        let kind = KINDS.iter().find(|kind| kind.kind == table.kind).unwrap();
        let mut settings = table.settings;
        with_secret(&mut settings, secret.path());
        let request = BuildRequest {
            name: table.name.clone(),
            settings,
            clock: Arc::new(SystemClock::new()),
        };
        let built = (kind.build)(request).unwrap();
        let name = table.name.as_str().to_owned();
        accounts.push(Account { name, kind: table.kind, provider: built.provider });
    }
    accounts
}

/// Lets every reference to a secret lead to this file.
fn with_secret(value: &mut Value, file: &Path) {
    if serde_json::from_value::<SecretRef>(value.clone()).is_ok() {
        *value = json!({ "file": file });
        return;
    }
    match value {
        Value::Object(table) => table.values_mut().for_each(|one| with_secret(one, file)),
        Value::Array(list) => list.iter_mut().for_each(|one| with_secret(one, file)),
        _ => {}
    }
}

/// The part of the page that is written from the code.
fn generated() -> String {
    let accounts = accounts();
    let mut text = HEAD.to_owned();
    overview(&mut text, &accounts);
    for account in &accounts {
        section(&mut text, account);
    }
    text.push_str(BY_HAND);
    text
}

/// Families by providers.
fn overview(text: &mut String, accounts: &[Account]) {
    text.push_str("| Family |");
    for account in accounts {
        let _ = write!(text, " {} |", title(account));
    }
    let _ = writeln!(text, "\n| --- |{}", " --- |".repeat(accounts.len()));
    for family in Family::ALL {
        let _ = write!(text, "| {family} |");
        for account in accounts {
            let capability = account.provider.capability(family);
            let operations = [
                ("pay", capability.pay),
                ("inquiry", capability.inquiry.is_supported()),
                ("check", capability.status != StatusLookup::None),
                ("callback", capability.callbacks),
            ];
            let can: Vec<&str> =
                operations.iter().filter(|(_, can)| *can).map(|(name, _)| *name).collect();
            let _ = write!(text, " {} |", or_dash(can.join(", ")));
        }
        text.push('\n');
    }
    text.push('\n');
}

fn title(account: &Account) -> String {
    if account.name == account.kind {
        account.kind.clone()
    } else {
        format!("{} ({})", account.kind, account.name)
    }
}

/// One provider, every declared family of it.
fn section(text: &mut String, account: &Account) {
    let info = account.provider.info();
    let _ = writeln!(
        text,
        "## {}\n\nPrices at most every {}; the deposit {}.\n",
        title(account),
        span(info.price_list_every),
        if info.tells_balance {
            "can be asked for"
        } else {
            "is known from answers to payments only"
        },
    );
    text.push_str(
        "| Family | Inquiry | Status check by | Takes our reference | Charge can be capped | Again on the \
         same day | Callback | Executes at most | A refusal leads on |\n\
         | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n",
    );
    for family in Family::ALL {
        let capability = account.provider.capability(family);
        if capability == Capability::default() {
            continue;
        }
        let yes = |can: bool| if can { "yes" } else { "–" };
        let _ = writeln!(
            text,
            "| {family} | {} | {} | {} | {} | {} | {} | {} later | {} |",
            inquiry(capability.inquiry),
            check(&capability),
            yes(capability.client_reference),
            yes(capability.cost_cap),
            yes(capability.repeat_same_day),
            yes(capability.callbacks),
            span(capability.late_execution_bound),
            refusals(capability.refusals),
        );
    }
    text.push('\n');
}

fn inquiry(rule: InquiryRule) -> String {
    match rule {
        InquiryRule::None => or_dash(String::new()),
        InquiryRule::Unbound => "yes, nothing ties it to the payment".to_owned(),
        InquiryRule::Bound { valid_for, same_day } => {
            let day = if same_day { ", on the same day" } else { "" };
            format!("needed, and paid within {}{day}", span(valid_for))
        }
    }
}

fn check(capability: &Capability) -> String {
    let by = match capability.status {
        StatusLookup::None => return or_dash(String::new()),
        StatusLookup::ProviderReference => "its reference",
        StatusLookup::ClientReference => "our reference",
        StatusLookup::Either => "either reference",
    };
    match (capability.status_is_purchase, capability.status_gap) {
        (Some(bounds), _) => {
            let (gap, age) = (span(bounds.min_gap), span(bounds.max_age));
            format!("{by}; it is the purchase again, every {gap} at most, and for {age}")
        }
        (None, Duration::ZERO) => by.to_owned(),
        (None, gap) => format!("{by}, every {} at most", span(gap)),
    }
}

fn refusals(trust: RefusalTrust) -> &'static str {
    match trust {
        RefusalTrust::None => "–",
        RefusalTrust::CorroboratedByBalance => "with a balance that fits",
        RefusalTrust::Authenticated => "yes",
    }
}

/// In the largest unit that leaves nothing over.
fn span(span: Duration) -> String {
    let seconds = span.as_secs();
    for (unit, name) in [(86_400, "d"), (3_600, "h"), (60, "min")] {
        if seconds >= unit && seconds.is_multiple_of(unit) {
            return format!("{} {name}", seconds / unit);
        }
    }
    format!("{seconds} s")
}

fn or_dash(text: String) -> String {
    if text.is_empty() { "–".to_owned() } else { text }
}

fn page() -> PathBuf {
    root().join("docs/PROVIDERS.md")
}

#[test]
fn the_page_of_providers_says_what_they_say_themselves() {
    let written = std::fs::read_to_string(page()).unwrap_or_default();
    assert!(
        written.starts_with(&generated()),
        "docs/PROVIDERS.md is not what the providers say; write it anew with\n\
         cargo test -p ppob-cli write_the_page_of_providers -- --ignored"
    );
}

#[test]
fn every_kind_stands_on_the_page() {
    let accounts = accounts();
    for kind in KINDS {
        assert!(accounts.iter().any(|account| account.kind == kind.kind), "{}", kind.kind);
    }
}

#[test]
#[ignore = "writes docs/PROVIDERS.md"]
fn write_the_page_of_providers() {
    let written = std::fs::read_to_string(page()).unwrap_or_default();
    let by_hand = written.split_once(BY_HAND).map(|(_, by_hand)| by_hand).unwrap_or_default();
    std::fs::write(page(), generated() + by_hand).unwrap();
}
