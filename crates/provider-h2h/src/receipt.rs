//! What a reply shows, whatever it means.

use std::collections::BTreeMap;

use ppob_http::Answer;
use ppob_types::{
    Family, FamilyDetails, Observed, PlnPrepaidDetails, PlnToken, ProviderRef, RawAnswer, Receipt,
    ReceiptLine, Rupiah, Sensitive,
};
use secrecy::{ExposeSecret, SecretString};

use crate::reply::{Groups, one_line};

/// Groups that are between us and the centre.
const OURS: [&str; 5] = ["before", "cost", "balance", "ref", "reason"];

/// What a reply shows. Secrets that it repeats are taken out.
pub(crate) fn observe(answer: &Answer, groups: &Groups, secrets: &[SecretString]) -> Observed {
    let (charged, balance_after) = groups.charged_and_balance();
    Observed {
        provider_ref: groups.text("trx").and_then(ProviderRef::new),
        charged,
        total: total(groups),
        balance_after,
        receipt: None,
        unlisted: None,
        raw: Some(raw(answer, secrets)),
    }
}

/// What the end customer owes: stated, or bill and admin fee.
pub(crate) fn total(groups: &Groups) -> Option<Rupiah> {
    let summed = || groups.money("bill")?.plus(groups.money("admin")?).ok();
    groups.money("total").or_else(summed)
}

/// The receipt in a reply of success.
pub(crate) fn receipt(family: Family, groups: &Groups) -> Receipt {
    let shown = groups.all().filter(|(name, _)| !OURS.contains(name));
    let raw_fields: BTreeMap<String, Sensitive> =
        shown.map(|(name, value)| (name.to_owned(), Sensitive::new(value))).collect();
    Receipt {
        reference: groups.text("sn").filter(|_| family != Family::PlnPrepaid).map(Sensitive::new),
        paid_at: None,
        customer_name: groups.text("name").map(Sensitive::new),
        details: details(family, groups),
        raw_fields,
        lines: lines(family, groups),
    }
}

fn details(family: Family, groups: &Groups) -> FamilyDetails {
    if family != Family::PlnPrepaid {
        return FamilyDetails::None;
    }
    let Electricity { token, kwh } = Electricity::of(groups);
    FamilyDetails::PlnPrepaid(PlnPrepaidDetails {
        token,
        kwh: groups.text("kwh").map(str::to_owned).or(kwh),
        admin: groups.money("admin"),
        ..PlnPrepaidDetails::default()
    })
}

/// What the serial number of an electricity token holds: `token/NAME/tariff/power/kWh`. The tariff may hold
/// slashes, and so may the name, so only the ends are read.
struct Electricity {
    token: Option<PlnToken>,
    kwh: Option<String>,
}

impl Electricity {
    fn of(groups: &Groups) -> Self {
        let sn = groups.text("sn").unwrap_or_default();
        let mut parts = sn.split('/');
        let first = parts.next().unwrap_or_default();
        let plain = first.bytes().all(|byte| byte.is_ascii_digit() || b" -".contains(&byte));
        let digits: String = first.chars().filter(char::is_ascii_digit).collect();
        let last = parts.next_back().unwrap_or_default().trim().to_ascii_lowercase();
        let kwh = last.strip_suffix("kwh").unwrap_or(&last).trim_end();
        Self {
            token: plain.then(|| PlnToken::parse(&digits).ok()).flatten(),
            kwh: is_decimal(kwh).then(|| kwh.to_owned()),
        }
    }
}

fn is_decimal(text: &str) -> bool {
    let mut parts = text.splitn(2, [',', '.']);
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    parts.next().is_some_and(digits) && parts.next().is_none_or(digits)
}

/// Printable lines of a bill or a receipt.
pub(crate) fn lines(family: Family, groups: &Groups) -> Vec<ReceiptLine> {
    let mut lines = Vec::new();
    let mut add = |label: &str, value: Option<String>| {
        if let Some(value) = value {
            lines.push(ReceiptLine::new(label, value));
        }
    };
    let text = |name: &str| groups.text(name).map(str::to_owned);
    let money = |name: &str| groups.money(name).map(|amount| amount.to_string());
    add("No. Pelanggan", text("dest"));
    add("Nama", text("name"));
    add("Periode", text("period"));
    add("Total Tagihan", money("bill"));
    add("Denda", money("penalty"));
    add("Biaya Admin", money("admin"));
    add("Total Bayar", total(groups).map(|total| total.to_string()));
    if family == Family::PlnPrepaid {
        let Electricity { token, kwh } = Electricity::of(groups);
        add("Stroom/Token", token.map(|token| token.grouped()));
        add("Jumlah kWh", text("kwh").or(kwh));
    } else {
        add("SN", text("sn"));
    }
    add("No. Transaksi", text("trx"));
    lines
}

/// The bytes of an answer as they are kept, without our own credentials: some centres repeat the PIN.
pub(crate) fn raw(answer: &Answer, secrets: &[SecretString]) -> RawAnswer {
    let Ok(text) = std::str::from_utf8(&answer.body) else { return RawAnswer::new(&answer.body) };
    RawAnswer::new(without_secrets(text, secrets).as_bytes())
}

/// A text without our secrets, where they stand as words of their own: a PIN of four digits also occurs
/// inside of numbers, which are evidence.
pub(crate) fn without_secrets(text: &str, secrets: &[SecretString]) -> String {
    let mut text = text.to_owned();
    for secret in secrets {
        let secret = secret.expose_secret();
        if secret.is_empty() || !text.contains(secret) {
            continue;
        }
        let mut kept = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some((before, after)) = rest.split_once(secret) {
            kept.push_str(before);
            let beside = |one: Option<char>| one.is_some_and(char::is_alphanumeric);
            if beside(kept.chars().next_back()) || beside(after.chars().next()) {
                kept.push_str(secret);
            } else {
                kept.push_str("•••");
            }
            rest = after;
        }
        kept.push_str(rest);
        text = kept;
    }
    text
}

/// A reply as lists for operators show it: without names, secrets and numbers.
pub(crate) fn masked(text: &str, personal: &[&str], secrets: &[SecretString]) -> String {
    const LONGEST: usize = 200;
    let mut text = one_line(&without_secrets(text, secrets));
    for personal in personal.iter().map(|one| one_line(one)).filter(|one| one.chars().count() >= 3)
    {
        text = text.replace(&personal, "…");
    }
    let mut masked = String::with_capacity(text.len());
    for character in text.chars() {
        if !character.is_numeric() {
            masked.push(character);
        } else if !masked.ends_with('#') {
            masked.push('#');
        }
    }
    masked.chars().take(LONGEST).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::whole;

    fn of_sn(sn: &str) -> (Option<String>, Option<String>) {
        let groups = Groups::captured(&whole("(?<sn>.+)").unwrap(), sn).unwrap();
        let Electricity { token, kwh } = Electricity::of(&groups);
        (token.map(|token| token.expose().to_owned()), kwh)
    }

    #[test]
    fn fact_21_a_tariff_with_slashes_and_either_decimal_sign_are_read() {
        let token = Some("12345678901234567890".to_owned());
        for (sn, kwh) in [
            ("1234-5678-9012-3456-7890/BUDI/R1 /000001300/66.2", Some("66.2")),
            ("12345678901234567890/S/A BUDI/R1M/900VA/33,7", Some("33,7")),
            ("1234 5678 9012 3456 7890/BUDI/R1/1300/66,2 KWH", Some("66,2")),
            ("12345678901234567890", None),
            ("12345678901234567890/BUDI", None),
        ] {
            assert_eq!(of_sn(sn), (token.clone(), kwh.map(str::to_owned)), "{sn}");
        }
        for sn in ["1234567890123456789/BUDI/R1/1300/6,2", "R2101/X", "1234567890123456789O/A/1"] {
            assert_eq!(of_sn(sn).0, None, "{sn}");
        }
    }

    #[test]
    fn fact_70_a_secret_is_taken_out_where_it_is_a_word_and_left_in_where_it_is_part_of_a_number() {
        let secrets = [SecretString::from("1234")];
        let text = r#"{"PIN":"1234","IDPEL1":"081234567890","KET":"pin 1234."}"#;
        let kept = without_secrets(text, &secrets);
        assert_eq!(kept, r#"{"PIN":"•••","IDPEL1":"081234567890","KET":"pin •••."}"#);
    }
}
