//! What an engine tells about itself in the text format of Prometheus.

use crate::{Result, http};

/// One scrape.
#[derive(Clone, Debug)]
pub struct Metrics(String);

impl Metrics {
    /// Reads the metrics at `url`.
    ///
    /// # Errors
    /// If nobody answers there.
    pub async fn read(url: &str) -> Result<Self> {
        http::get(url).await.map(Self)
    }

    /// The sum of all samples of this name, whatever their labels; none if there is no sample.
    /// Fractions are cut off.
    pub fn sum(&self, name: &str) -> Option<u64> {
        self.samples(name).map(|(_, value)| value).reduce(|sum, value| sum + value)
    }

    /// As [`Metrics::sum`], of the samples whose labels contain `label`, such as
    /// `state="SUCCEEDED"`.
    pub fn sum_with(&self, name: &str, label: &str) -> Option<u64> {
        self.samples(name)
            .filter(|(labels, _)| labels.contains(label))
            .map(|(_, value)| value)
            .reduce(|sum, value| sum + value)
    }

    /// The text.
    pub fn text(&self) -> &str {
        &self.0
    }

    fn samples<'a>(&'a self, name: &'a str) -> impl Iterator<Item = (&'a str, u64)> {
        self.0.lines().filter_map(move |line| {
            let rest = line.strip_prefix(name)?;
            let (labels, value) = rest.rsplit_once(' ')?;
            let own = labels.is_empty() || labels.starts_with('{');
            let whole = value.split('.').next()?.parse().ok()?;
            own.then_some((labels, whole))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn samples_are_summed_over_their_labels_and_names_are_not_mixed_up() {
        let text = "# TYPE a_total counter\n\
                    a_total{state=\"x\",family=\"y z\"} 3\na_total{state=\"w\"} 4\n\
                    a_total_more 9\n\nb 2.75\n";
        let metrics = Metrics(text.to_owned());
        assert_eq!(metrics.sum("a_total"), Some(7));
        assert_eq!(metrics.sum_with("a_total", "state=\"x\""), Some(3));
        assert_eq!(metrics.sum("b"), Some(2));
        assert_eq!(metrics.sum("a"), None);
    }
}
