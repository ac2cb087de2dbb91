//! Whether the providers can be reached.

use std::time::Duration;

use ppob_provider::ProviderErrorKind;
use tokio::time::timeout;

use super::Finding;
use crate::compose::Providers;

const WHAT: &str = "provider";
const PATIENCE: Duration = Duration::from_secs(15);

pub(super) async fn all(providers: &Providers) -> Vec<Finding> {
    let mut findings = Vec::new();
    if providers.built.is_empty() {
        let todo = "begin with a [[provider]] table as README.md shows it; every key stands in config/ppob.example.toml";
        findings.push(Finding::fail(WHAT, "none is configured; nothing could be bought", todo));
    }
    for (name, warning) in providers.warnings() {
        findings.push(Finding::warn(WHAT, format!("{name}: {warning}"), ""));
    }
    for (name, one) in &providers.built {
        findings.push(match timeout(PATIENCE, one.built.provider.reach()).await {
            Ok(Ok(())) => Finding::ok(WHAT, format!("{name}: a connection can be made")),
            Ok(Err(error)) if error.kind == ProviderErrorKind::Unsupported => {
                Finding::ok(WHAT, format!("{name}: its kind cannot try out a connection"))
            }
            Ok(Err(error)) => Finding::fail(
                WHAT,
                format!("{name}: {}", error.message),
                "look at the network, at the firewall, and at the provider's own notices",
            ),
            Err(_) => Finding::fail(
                WHAT,
                format!("{name}: no connection within {} s", PATIENCE.as_secs()),
                "look at the network and the firewall",
            ),
        });
    }
    findings
}
