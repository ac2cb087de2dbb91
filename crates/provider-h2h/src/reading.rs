//! What a reply says, before it is held against what was asked.

use ppob_types::{Family, RefusalCode, Rupiah};

use crate::centre::Centre;
use crate::reply::{Groups, Reply, one_line};
use crate::rules::{Call, Rule, Verdict};

/// What a reply says.
pub(crate) enum Reading {
    /// One thing.
    Says(Verdict, Groups),
    /// Nothing that is on the list.
    Unlisted,
    /// How a payment ended, but not which one.
    Nameless,
    /// Different things, by rules of these names.
    Contradictory(Vec<String>),
    /// One thing, against which speaks what else it shows, for people.
    Odd(&'static str),
}

/// What is asked about: what a reply may name.
#[derive(Clone, Copy, Default)]
pub(crate) struct Asked<'a> {
    pub(crate) reference: Option<&'a str>,
    pub(crate) dest: Option<&'a str>,
    /// The centre's code, as this call sends it.
    pub(crate) product: Option<&'a str>,
}

/// Words after which a payment may still be made, whatever else is said.
const AMBIGUOUS: [&str; 13] = [
    "timeout",
    "time out",
    "time-out",
    "proses",
    "process",
    "pending",
    "suspect",
    "tunggu",
    "menunggu",
    "antri",
    "koneksi",
    "coba lagi",
    "belum ada jawaban",
];

impl Centre {
    /// Reads a reply to a call about a family.
    pub(crate) fn reading(&self, call: Call, family: Family, reply: &Reply) -> Reading {
        let mut fitting: Vec<(&Rule, Groups)> = Vec::new();
        for rule in self.rules.iter().filter(|rule| rule.is_for(call, family)) {
            if let Some(groups) = rule.find(reply) {
                fitting.push((rule, groups));
            }
        }
        let Some((first, _)) = fitting.first() else { return Reading::Unlisted };
        let mut groups = Groups::default();
        let agree = fitting.iter().all(|(_, found)| groups.join(found));
        if !agree || fitting.iter().any(|(rule, _)| rule.verdict != first.verdict) {
            let names = fitting.iter().map(|(rule, _)| rule.name.clone());
            return Reading::Contradictory(names.collect());
        }
        let may_still_happen = matches!(call, Call::Pay | Call::Status)
            && matches!(first.verdict, Verdict::Refused(_))
            && is_ambiguous(reply, &groups);
        if may_still_happen {
            return Reading::Unlisted;
        }
        if matches!(call, Call::Pay | Call::Status)
            && let Some(what) = self.speaks_against(&first.verdict, reply, &groups)
        {
            return Reading::Odd(what);
        }
        if names_no_payment(call, &first.verdict, &groups) {
            return Reading::Nameless;
        }
        Reading::Says(first.verdict.clone(), groups)
    }

    /// What else a reply shows that does not go together with what it says of a payment.
    fn speaks_against(
        &self,
        verdict: &Verdict,
        reply: &Reply,
        groups: &Groups,
    ) -> Option<&'static str> {
        match verdict {
            Verdict::Success if self.charges_nothing(reply) => Some(
                "it is a success, and states that nothing was debited, as the answer to an inquiry does",
            ),
            Verdict::Refused(_) if holds_serial(groups) => {
                Some("it refuses, and has a serial number, which only what was delivered has")
            }
            Verdict::Refused(_) if states_a_debit(groups) => {
                Some("it refuses, and states that something was debited")
            }
            _ => None,
        }
    }

    /// Whether a reply states that it costs nothing: in words, or as any rule reads it, whichever call that rule is
    /// for. The serial number of a success often goes on to where the price would stand.
    fn charges_nothing(&self, reply: &Reply) -> bool {
        let free = |found: Groups| {
            let unmoved = found.money("before").zip(found.money("balance"));
            found.money("cost") == Some(Rupiah::ZERO)
                || unmoved.is_some_and(|(one, two)| one == two)
        };
        let by_rule = self.rules.iter().filter_map(|rule| rule.find(reply)).any(free);
        by_rule || matches!(reply, Reply::Text(line) if prices_nothing(line))
    }
}

/// Words before the price in a text.
const PRICE: [&str; 2] = ["hrg", "harga"];

/// Whether a text names a price, and it is 0.
fn prices_nothing(line: &str) -> bool {
    let lower = line.to_lowercase();
    let words =
        lower.split([' ', ':', '=']).map(|word| word.trim_matches(['.', ',', ';', '(', ')']));
    let mut words = words.filter(|word| !word.is_empty() && *word != "rp");
    let mut is_price = false;
    words.any(|word| {
        let free = is_price && word.trim_start_matches("rp").trim_start_matches('.') == "0";
        is_price = PRICE.contains(&word);
        free
    })
}

fn is_ambiguous(reply: &Reply, groups: &Groups) -> bool {
    let text = match reply {
        Reply::Text(line) => line.as_str(),
        Reply::Json { .. } => groups.text("reason").unwrap_or_default(),
    };
    let lower = text.to_lowercase();
    AMBIGUOUS.iter().any(|word| lower.contains(word))
}

/// An amount that cannot be read may be any.
fn states_a_debit(groups: &Groups) -> bool {
    let charged = groups.text("cost").is_some_and(|_| groups.money("cost") != Some(Rupiah::ZERO));
    let sides = groups.text("before").zip(groups.text("balance"));
    charged || sides.is_some_and(|_| groups.money("before") != groups.money("balance"))
}

/// Words, zeros and dashes in the place of a serial number are none.
fn holds_serial(groups: &Groups) -> bool {
    let serial = groups.text("sn").unwrap_or_default();
    serial.bytes().any(|byte| matches!(byte, b'1'..=b'9'))
}

impl Asked<'_> {
    /// What a reply names that was not asked for. What it does not name contradicts nothing.
    pub(crate) fn contradiction(&self, groups: &Groups) -> Option<&'static str> {
        let differs = |asked: Option<&str>, group: &str| {
            asked.zip(groups.text(group)).is_some_and(|(asked, named)| bare(asked) != bare(named))
        };
        if differs(self.reference, "ref") {
            Some("another reference")
        } else if differs(self.dest, "dest") {
            Some("another customer number")
        } else if differs(self.product, "product") {
            Some("another product")
        } else {
            None
        }
    }
}

/// Whether a reply ends a payment without saying which. The customer number alone names none: there may have been
/// an earlier payment for it. A refusal that answers a check may be one of the check; only a transaction of the
/// centre's own can have failed.
fn names_no_payment(call: Call, verdict: &Verdict, groups: &Groups) -> bool {
    let lacks = |group: &str| groups.text(group).is_none();
    match (call, verdict) {
        // It is we who are refused, whatever was asked.
        (_, Verdict::Refused(no)) if no.code == RefusalCode::Credentials => false,
        (Call::Pay, verdict) if verdict.ends_a_payment() => lacks("ref"),
        (Call::Status, Verdict::Refused(_)) => lacks("trx"),
        (Call::Status, verdict) if verdict.ends_a_payment() => lacks("ref") && lacks("trx"),
        _ => false,
    }
}

/// Without the spaces that people and printers put into numbers; codes may be written in small letters.
fn bare(text: &str) -> String {
    one_line(text).replace(' ', "").to_ascii_uppercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_of_nothing_is_found_in_the_words_of_a_text() {
        for line in [
            "SUKSES. SN: X/TTL:101.000. Hrg 0. Saldo 150.000 @10:00",
            "SUKSES, harga: Rp 0, sisa 100",
            "harga=Rp.0; tks",
            "HRG Rp0",
        ] {
            assert!(prices_nothing(line), "{line}");
        }
        for line in [
            "SUKSES. SN: 0. Hrg 5.500. Saldo 0 @10:00",
            "Hrg 0.500",
            "Hrg 500",
            "Seharga 0",
            "harga",
            "",
        ] {
            assert!(!prices_nothing(line), "{line}");
        }
    }
}
