//! What a person reads when the sandbox is ready.

use std::path::Path;

use ppob_simulator::mmbc::MAGIC_NUMBERS;

use super::{Written, accounts};
use crate::show::table;

const USUAL_PORT: u16 = 50_051;

/// Addresses, magic numbers, and what to try.
pub(super) fn ready(written: &Written, journal: &Path, temporary: bool) -> String {
    let kept = if temporary { "gone at the end; keep it with --data DIRECTORY" } else { "kept" };
    let places = [
        ("gRPC API", written.api.to_string()),
        ("gRPC for operators", written.operator.to_string()),
        ("metrics", format!("http://{}/metrics", written.metrics)),
        ("simulated MMBC", written.simulator.clone()),
        ("its control", written.control.clone()),
        ("journal", format!("{} ({kept})", journal.display())),
    ];
    let callbacks = written
        .callbacks
        .map(|callbacks| ("callbacks", format!("http://{callbacks}/callbacks/NAME")));
    let places: Vec<String> = places
        .into_iter()
        .chain(callbacks)
        .map(|(what, place)| format!("{what:<18}  {place}"))
        .collect();
    let magic =
        MAGIC_NUMBERS.iter().map(|magic| [magic.suffix.to_owned(), magic.description.to_owned()]);
    let control = &written.control;
    let address = if written.api.port() == USUAL_PORT {
        String::new()
    } else {
        format!(" --address {}", written.api)
    };
    format!(
        "\
PPOB sandbox. SIMULASI - BUKAN TRANSAKSI SUNGGUHAN: no provider is real, no money moves.

{}

The last four digits of a customer number decide what happens; all other numbers succeed:

{}

Try in another terminal:

  ppob demo
  ppob products{address}
  ppob pay PLN-PREPAID-20000 530000001234{address}
  ppob pay PLN-PREPAID-20000 530000000201{address} --wait 3s

For `ppob serve` with a configuration of your own (README.md), the simulated accounts are:

{}

What the simulated provider really charged, and how to make it misbehave:

  curl -s {control}/ledger
  curl -s {control}/faults -d '{{\"fault\": {{\"kind\": \"php_notice\"}}, \"times\": 1}}'
  curl -s -X DELETE {control}/faults

Ctrl-C ends it.
",
        places.join("\n"),
        table(["DIGITS", "WHAT HAPPENS"], magic.collect()),
        accounts::logins(),
    )
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;

    #[test]
    fn the_notice_tells_every_magic_number_and_address_and_that_nothing_is_real() {
        let at = |port| SocketAddr::from(([127, 0, 0, 1], port));
        let written = Written {
            api: at(50_051),
            operator: at(50_052),
            metrics: at(9_464),
            callbacks: Some(at(8_081)),
            simulator: "http://127.0.0.1:1/json/ppob".to_owned(),
            control: "http://127.0.0.1:2/control".to_owned(),
        };
        let text = ready(&written, Path::new("/data/ppob.sqlite"), false);
        assert!(text.starts_with("PPOB sandbox. SIMULASI"), "{text}");
        for magic in MAGIC_NUMBERS {
            assert!(text.contains(magic.suffix), "{}", magic.suffix);
        }
        for place in [
            "127.0.0.1:50051",
            "127.0.0.1:50052",
            "http://127.0.0.1:9464/metrics",
            "http://127.0.0.1:8081/callbacks/NAME",
        ] {
            assert!(text.contains(place), "{place}");
        }
        assert!(text.contains("/data/ppob.sqlite (kept)"), "{text}");
        assert!(!text.contains("--address"), "{text}");
        assert!(text.contains("sandbox-b"), "{text}");
        let elsewhere = Written { api: at(1234), callbacks: None, ..written };
        let text = ready(&elsewhere, Path::new("x"), true);
        assert!(!text.contains("callbacks"), "nobody listens for them: {text}");
        assert!(text.contains("ppob products --address 127.0.0.1:1234"), "{text}");
    }
}
