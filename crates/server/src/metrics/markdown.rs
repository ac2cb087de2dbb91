//! The reference of all metrics.

use std::fmt::Write as _;

use super::table::{Kind, METRICS};

const HEAD: &str = "# Metrics

`GET /metrics` on the metrics listener gives all of them in the text format of Prometheus. This page is
written from the table in the code (`crates/server/src/metrics/table.rs`); a test keeps the two equal.

No label ever holds a customer number, a payment id, a provider's invoice number or anything else that a
caller or a provider wrote. `provider` is a configured name, so the number of series is bounded by the
configuration.

";

/// `docs/METRICS.md`: name, type, unit, labels with their values, and meaning of every metric.
pub fn metrics_markdown() -> String {
    let mut text = HEAD.to_owned();
    text.push_str("| Metric | Type | Unit | Labels | Meaning |\n| --- | --- | --- | --- | --- |\n");
    for metric in METRICS {
        let labels: Vec<String> =
            metric.labels.iter().map(|(label, values)| format!("`{label}`: {values}")).collect();
        let labels = if labels.is_empty() { "–".to_owned() } else { labels.join("<br>") };
        let _ = writeln!(
            text,
            "| `{}` | {} | {} | {labels} | {} |",
            metric.name,
            metric.kind.as_str(),
            metric.unit,
            metric.meaning,
        );
    }
    text.push_str("\n## Buckets\n\nUpper bounds of the histograms, in seconds.\n\n");
    for metric in METRICS {
        if let Kind::Histogram(buckets) = metric.kind {
            let bounds: Vec<String> = buckets.iter().map(ToString::to_string).collect();
            let _ = writeln!(text, "- `{}`: {}", metric.name, bounds.join(", "));
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_in_the_docs_is_this_one() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/METRICS.md");
        let written = std::fs::read_to_string(path).unwrap_or_default();
        assert!(
            written == metrics_markdown(),
            "docs/METRICS.md is not what the table says; write it anew with\n\
             cargo test -p ppob-server write_the_metrics_page -- --ignored"
        );
    }

    #[test]
    #[ignore = "writes docs/METRICS.md"]
    fn write_the_metrics_page() {
        let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/METRICS.md");
        std::fs::write(path, metrics_markdown()).unwrap();
    }
}
