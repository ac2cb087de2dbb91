//! What a person reads when the sandbox is ready.

use std::path::Path;

use super::kinds::{SECRET, mmbc};
use super::{Written, accounts, magic};
use crate::show::table;

const USUAL_PORT: u16 = 50_051;

/// Addresses, accounts, magic numbers, and what to try.
pub(super) fn ready(written: &Written, journal: &Path, temporary: bool) -> String {
    let address = if written.api.port() == USUAL_PORT {
        String::new()
    } else {
        format!(" --address {}", written.api)
    };
    format!(
        "\
PPOB sandbox. SIMULASI - BUKAN TRANSAKSI SUNGGUHAN: no provider is real, no money moves.

{}

The simulated providers:

{}

What one of them really charged, how to make it lose its answer to the next payment, and how to end that:

{}
The last four digits of a customer number decide what happens; all other numbers succeed:

{}

Try in another terminal:

  ppob demo
  ppob products{address}
  ppob explain TSEL-10000{address}
  ppob pay TSEL-10000 081200001234{address}
  ppob pay PLN-PREPAID-20000 530000000201{address} --wait 3s

For `ppob serve` with a configuration of your own (README.md), the accounts are as follows; every secret is: {SECRET}

{}

Ctrl-C ends it.
",
        places(written, journal, temporary),
        providers(written),
        controls(written),
        magic::numbers(),
        logins(written),
    )
}

fn places(written: &Written, journal: &Path, temporary: bool) -> String {
    let kept = if temporary { "gone at the end; keep it with --data DIRECTORY" } else { "kept" };
    let callbacks =
        written.callbacks.map(|at| ("callbacks", format!("http://{at}/callbacks/NAME")));
    let places = [
        ("gRPC API", written.api.to_string()),
        ("gRPC for operators", written.operator.to_string()),
        ("metrics", format!("http://{}/metrics", written.metrics)),
    ];
    let journal = ("journal", format!("{} ({kept})", journal.display()));
    let all = places.into_iter().chain(callbacks).chain([journal]);
    all.map(|(what, place)| format!("{what:<18}  {place}")).collect::<Vec<_>>().join("\n")
}

fn providers(written: &Written) -> String {
    let rows = written
        .simulators
        .values()
        .map(|one| [one.providers.join(", "), one.address.clone(), one.control.clone()]);
    table(["PROVIDER", "SIMULATED AT", "CONTROL"], rows.collect())
}

/// What to try with a simulator; the kinds of faults of each are in the documentation of its module.
fn controls(written: &Written) -> String {
    let Some(mmbc) = written.simulators.get(mmbc::KIND) else { return String::new() };
    let control = &mmbc.control;
    format!(
        "  curl -s {control}/ledger\n  \
         curl -s {control}/faults -d '{{\"fault\": {{\"kind\": \"drop\", \"stage\": \"after_debit\"}}, \
         \"verb\": \"bayartagihan\", \"times\": 1}}'\n  \
         curl -s -X DELETE {control}/faults\n"
    )
}

fn logins(written: &Written) -> String {
    let row = |name: &String| format!("  {name:<10}  {}", accounts::login(name));
    written.simulators.keys().map(row).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;
    use std::net::SocketAddr;

    use super::super::Simulated;
    use super::*;

    fn written() -> Written {
        let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let simulated = |providers: &[&str], port: u16| Simulated {
            providers: providers.iter().map(|&name| name.to_owned()).collect(),
            address: format!("http://127.0.0.1:{port}"),
            control: format!("http://127.0.0.1:{}/control", port + 1),
        };
        Written {
            api: at(50_051),
            operator: at(50_052),
            metrics: at(9_464),
            callbacks: Some(at(8_081)),
            simulators: BTreeMap::from([
                ("mmbc".to_owned(), simulated(&["mmbc-a", "mmbc-b"], 1)),
                ("okeconnect".to_owned(), simulated(&["okeconnect"], 3)),
            ]),
        }
    }

    #[test]
    fn the_notice_tells_every_address_account_and_login_and_that_nothing_is_real() {
        let text = ready(&written(), Path::new("/data/ppob.sqlite"), false);
        assert!(text.starts_with("PPOB sandbox. SIMULASI"), "{text}");
        for told in [
            "127.0.0.1:50051",
            "127.0.0.1:50052",
            "http://127.0.0.1:9464/metrics",
            "http://127.0.0.1:8081/callbacks/NAME",
            "mmbc-a, mmbc-b",
            "http://127.0.0.1:3 ",
            "http://127.0.0.1:4/control",
            "sandbox-b",
            "OK0001",
            "/data/ppob.sqlite (kept)",
        ] {
            assert!(text.contains(told), "{told}: {text}");
        }
        assert!(!text.contains("--address"), "{text}");
    }

    #[test]
    fn on_another_port_the_commands_say_so_and_nobody_is_sent_where_nothing_listens() {
        let api = SocketAddr::from(([127, 0, 0, 1], 1_234));
        let elsewhere = Written { api, callbacks: None, ..written() };
        let text = ready(&elsewhere, Path::new("x"), true);
        assert!(!text.contains("callbacks"), "nobody listens for them: {text}");
        assert!(text.contains("ppob products --address 127.0.0.1:1234"), "{text}");
    }
}
