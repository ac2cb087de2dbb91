//! A reply, read as far as its format goes, and what is found in it.

use std::collections::{BTreeMap, BTreeSet};

use ppob_types::Rupiah;
use regex::Regex;

use crate::amount::rupiah;
use crate::centre::Centre;
use crate::description::Format;
use crate::json::Json;

/// A reply in its format. Holds personal data; no `Debug`.
pub(crate) enum Reply {
    /// One line: every run of white space is one space.
    Text(String),
    /// Fields by path, and the groups that the description finds in them.
    Json { fields: BTreeMap<String, String>, groups: Groups },
}

/// What was found in a reply, by the names of a description. Holds personal data; no `Debug`.
#[derive(Clone, Default)]
pub(crate) struct Groups {
    found: BTreeMap<String, String>,
    /// Groups that end where the reply ends: nothing shows that they are whole.
    open_ended: BTreeSet<String>,
}

/// Groups that are money.
pub(crate) const MONEY: [&str; 7] =
    ["before", "cost", "balance", "total", "bill", "admin", "penalty"];

/// All other groups.
pub(crate) const TEXTS: [&str; 9] =
    ["ref", "trx", "dest", "product", "sn", "name", "period", "reason", "kwh"];

impl Reply {
    /// Reads the bytes of a reply; none if they are not in the format, or too many.
    pub(crate) fn read(centre: &Centre, body: &[u8]) -> Option<Self> {
        if body.len() > centre.max_bytes {
            return None;
        }
        let text = std::str::from_utf8(body).ok()?;
        let text = text.strip_prefix('\u{feff}').unwrap_or(text);
        match centre.format {
            Format::Text => {
                let line = one_line(text);
                (!line.is_empty() && !line.contains('\0')).then_some(Self::Text(line))
            }
            Format::Json => {
                let json = Json::read(text).filter(|json| matches!(json, Json::Object(_)))?;
                let fields = json.fields();
                let mut groups = Groups::default();
                for (group, paths) in &centre.fields {
                    let filled = paths.iter().filter_map(|path| fields.get(path));
                    if let Some(value) =
                        filled.map(|value| value.trim()).find(|value| !value.is_empty())
                    {
                        groups.found.insert(group.clone(), value.to_owned());
                    }
                }
                Some(Self::Json { fields, groups })
            }
        }
    }

    /// Every group of a JSON reply, whatever it means; nothing of a text.
    pub(crate) fn groups(&self) -> Groups {
        match self {
            Self::Text(_) => Groups::default(),
            Self::Json { groups, .. } => groups.clone(),
        }
    }
}

impl Groups {
    /// The groups of a pattern that fits the whole line.
    pub(crate) fn captured(pattern: &Regex, line: &str) -> Option<Self> {
        let captures = pattern.captures(line)?;
        let mut groups = Self::default();
        for name in pattern.capture_names().flatten() {
            let Some(found) = captures.name(name) else { continue };
            let value = found.as_str().trim();
            if value.is_empty() {
                continue;
            }
            groups.found.insert(name.to_owned(), value.to_owned());
            if found.end() == line.len() {
                groups.open_ended.insert(name.to_owned());
            }
        }
        Some(groups)
    }

    /// A group that is there and not empty.
    pub(crate) fn text(&self, name: &str) -> Option<&str> {
        self.found.get(name).map(String::as_str)
    }

    /// A group that is an amount.
    pub(crate) fn money(&self, name: &str) -> Option<Rupiah> {
        self.text(name).and_then(|text| rupiah(text).ok())
    }

    /// What was debited and what is left. An amount at the very end of a reply may be the beginning of a
    /// longer one, so it counts only if the sum shows that it is whole.
    pub(crate) fn charged_and_balance(&self) -> (Option<Rupiah>, Option<Rupiah>) {
        let (cost, balance) = (self.money("cost"), self.money("balance"));
        if let (Some(before), Some(cost), Some(after)) = (self.money("before"), cost, balance) {
            let agrees = before.minus(cost) == Ok(after);
            return if agrees { (Some(cost), Some(after)) } else { (None, None) };
        }
        let whole =
            |name: &str, amount: Option<Rupiah>| amount.filter(|_| !self.open_ended.contains(name));
        (whole("cost", cost), whole("balance", balance))
    }

    /// Takes over what another rule found; false if it found something else under the same name.
    pub(crate) fn join(&mut self, other: &Self) -> bool {
        for (name, value) in &other.found {
            let known = self.found.entry(name.clone()).or_insert_with(|| value.clone());
            if known != value {
                return false;
            }
        }
        self.open_ended.extend(other.open_ended.iter().cloned());
        true
    }

    /// Everything, by name.
    pub(crate) fn all(&self) -> impl Iterator<Item = (&str, &str)> {
        self.found.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }
}

/// Every run of white space as one space.
pub(crate) fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::whole;

    fn groups(line: &str) -> Groups {
        let pattern =
            whole(r"Saldo ((?<before>[\d.]+) - (?<cost>[\d.]+) = )?(?<balance>[\d.]+)( @.+)?");
        Groups::captured(&pattern.unwrap(), line).unwrap()
    }

    #[test]
    fn an_amount_at_the_end_of_a_text_counts_only_if_the_sum_proves_it_whole() {
        let some = |amount: i64| Some(Rupiah::new(amount));
        for (line, expected) in [
            ("Saldo 100.000 - 5.500 = 94.500", (some(5_500), some(94_500))),
            ("Saldo 1.100.000 - 5.500 = 1.094", (None, None)),
            ("Saldo 1.094.500", (None, None)),
            ("Saldo 1.094", (None, None)),
            ("Saldo 1.094.500 @10:00", (None, some(1_094_500))),
        ] {
            assert_eq!(groups(line).charged_and_balance(), expected, "{line}");
        }
    }
}
