//! Options of the commands that inquire and pay.

use std::time::Duration;

use clap::{Args, Subcommand};

use super::Server;

/// What is bought or paid, and for whom.
#[derive(Clone, Debug, Args)]
pub(crate) struct Purchase {
    /// Our own code, see `ppob products`.
    #[arg(value_name = "PRODUCT")]
    pub(crate) product: String,
    /// The customer number, for example the meter.
    #[arg(value_name = "NUMBER")]
    pub(crate) number: String,
    /// The amount in rupiah, for products with an open amount.
    #[arg(long, value_name = "RUPIAH")]
    pub(crate) amount: Option<i64>,
    /// BPJS: how many months.
    #[arg(long, value_name = "MONTHS", conflicts_with = "year")]
    pub(crate) months: Option<i32>,
    /// Taxes: which year.
    #[arg(long, value_name = "YEAR")]
    pub(crate) year: Option<i32>,
    /// A second number, where the product asks for one.
    #[arg(long, value_name = "NUMBER")]
    pub(crate) second_id: Option<String>,
}

/// `ppob inquire`.
#[derive(Debug, Args)]
pub(crate) struct Inquire {
    #[command(flatten)]
    pub(crate) purchase: Purchase,
    #[command(flatten)]
    pub(crate) server: Server,
}

/// What the end customer agreed to. A bill needs one of both.
#[derive(Clone, Debug, Default, Args)]
#[group(multiple = false)]
pub(crate) struct Approval {
    /// Pay the bill that this inquiry showed.
    #[arg(long = "inquiry", value_name = "ID")]
    pub(crate) inquiry: Option<String>,
    /// Pay this total, in rupiah: of a bill exactly, of a listed price at most.
    #[arg(long, value_name = "RUPIAH")]
    pub(crate) approved_total: Option<i64>,
}

/// `ppob pay`.
#[derive(Debug, Args)]
pub(crate) struct Pay {
    #[command(flatten)]
    pub(crate) purchase: Purchase,
    #[command(flatten)]
    pub(crate) approval: Approval,
    /// The payment's id. Without it a new one is made and told before anything is sent.
    #[arg(long, value_name = "ID")]
    pub(crate) id: Option<String>,
    /// Also pay a bill that turns out lower than approved.
    #[arg(long)]
    pub(crate) allow_lower_total: bool,
    /// Never pay more than this, in rupiah.
    #[arg(long, value_name = "RUPIAH")]
    pub(crate) max_total: Option<i64>,
    /// For an equal payment that is meant: the number of the last one plus one.
    #[arg(long, value_name = "N", default_value_t = 0)]
    pub(crate) repeat: i32,
    /// Pay although this payment is in doubt and may turn out to be paid.
    #[arg(long, value_name = "ID", requires = "repeat")]
    pub(crate) despite_in_doubt: Option<String>,
    /// How long to wait for the end, for example 30s, 2m or 500ms.
    #[arg(long, value_name = "TIME", default_value = "30s", value_parser = time)]
    pub(crate) wait: Duration,
    #[command(flatten)]
    pub(crate) server: Server,
}

/// `ppob payment …`.
#[derive(Debug, Subcommand)]
pub(crate) enum PaymentCommand {
    /// Shows one payment, with its receipt.
    Get(ByIdentity),
    /// Lists your payments, newest first.
    List(List),
    /// Shows one payment now and after every change, until it ends.
    Watch(ByIdentity),
    /// Makes sure that nothing (more) is begun under an id.
    Abandon(ByIdentity),
}

/// One payment.
#[derive(Debug, Args)]
pub(crate) struct ByIdentity {
    /// The payment's id.
    #[arg(value_name = "ID")]
    pub(crate) id: String,
    #[command(flatten)]
    pub(crate) server: Server,
}

/// `ppob payment list`.
#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only this state, for example in-doubt.
    #[arg(long, value_name = "STATE", value_parser = ["accepted", "processing", "in-doubt", "succeeded", "failed", "reversed"])]
    pub(crate) state: Option<String>,
    /// Only this product.
    #[arg(long, value_name = "PRODUCT")]
    pub(crate) product: Option<String>,
    /// At most this many.
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(i32).range(1..=500))]
    pub(crate) limit: i32,
    #[command(flatten)]
    pub(crate) server: Server,
}

/// Reads `30s`, `2m`, `500ms`.
fn time(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 =
        digits.parse().map_err(|_| "write a number and its unit: 30s, 2m or 500ms".to_owned())?;
    let span = match &text[digits.len()..] {
        "ms" => Duration::from_millis(number),
        "s" => Duration::from_secs(number),
        "m" if number <= 60 => Duration::from_secs(number * 60),
        _ => return Err("the units are ms, s and m (at most 60m)".to_owned()),
    };
    if span > Duration::from_hours(1) {
        return Err("at most 60m; the payment goes on without you waiting".to_owned());
    }
    Ok(span)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_needs_its_unit() {
        assert_eq!(time("30s"), Ok(Duration::from_secs(30)));
        assert_eq!(time("2m"), Ok(Duration::from_mins(2)));
        assert_eq!(time("500ms"), Ok(Duration::from_millis(500)));
        for wrong in ["30", "s", "-1s", "1h", "61m", "99999999s", "1.5s"] {
            assert!(time(wrong).is_err(), "{wrong}");
        }
    }
}
