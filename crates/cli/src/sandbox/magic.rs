//! The magic customer numbers of all simulators, in one table.

use ppob_simulator::{digiflazz, h2h, iak, mmbc};

use super::kinds;
use crate::show::table;

/// What the last four digits do.
const WORDS: [(&str, &str); 14] = [
    ("0101", "pending at first, paid later"),
    ("0102", "pending, and never confirmed"),
    ("0103", "pending, and then unknown to the provider, although it was debited"),
    ("0104", "pending at first, then failed; the money comes back"),
    ("0201", "debited, but the connection drops without an answer"),
    ("0202", "the connection drops without an answer, nothing is debited"),
    ("0203", "debited, but the answer is cut in its middle"),
    ("0204", "debited, but the answer is HTTP 502"),
    ("0205", "debited, and the answer comes after 5 seconds"),
    ("0301", "refused: the number is unknown"),
    ("0302", "refused: the bill is paid already"),
    ("0303", "refused in words that no list has"),
    ("0402", "the deposit is used up (at mmbc-a and okeconnect), the next one pays"),
    ("0501", "paid, but the token does not come with it"),
];

/// Digits, what happens, and at which simulators.
pub(super) fn numbers() -> String {
    let at = |suffix: &str| {
        let all = suffixes();
        let has = all.iter().filter(|(_, suffixes)| suffixes.contains(&suffix));
        let names: Vec<&str> = has.map(|(name, _)| *name).collect();
        if names.len() == all.len() { "all".to_owned() } else { names.join(", ") }
    };
    let row = |(suffix, words): (&str, &str)| [suffix.to_owned(), words.to_owned(), at(suffix)];
    table(["DIGITS", "WHAT HAPPENS", "AT"], WORDS.map(row).into())
}

/// The digits that mean something at each simulator.
fn suffixes() -> [(&'static str, Vec<&'static str>); 4] {
    let of = |numbers: &'static [mmbc::MagicNumber]| numbers.iter().map(|one| one.suffix).collect();
    [
        (kinds::mmbc::KIND, of(mmbc::MAGIC_NUMBERS)),
        (kinds::digiflazz::NAME, of(digiflazz::MAGIC_NUMBERS)),
        (kinds::iak::NAME, of(iak::MAGIC_NUMBERS)),
        (kinds::okeconnect::NAME, h2h::MAGIC_NUMBERS.iter().map(|one| one.suffix).collect()),
    ]
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_has_every_number_of_every_simulator_and_says_where_it_counts() {
        let told: BTreeSet<&str> = WORDS.iter().map(|(suffix, _)| *suffix).collect();
        let known: BTreeSet<&str> =
            suffixes().into_iter().flat_map(|(_, suffixes)| suffixes).collect();
        assert_eq!(told, known);
        let shown = numbers();
        let line = |suffix: &str| shown.lines().find(|line| line.starts_with(suffix)).unwrap();
        assert!(line("0201").ends_with("  all"), "{shown}");
        assert!(line("0103").ends_with("  mmbc"), "{shown}");
        assert!(line("0402").ends_with("  mmbc, okeconnect"), "{shown}");
    }
}
