//! Which refusals are definite.
//!
//! A reason is free text that the document does not list, and `no` alone does not say that nothing
//! was paid. So only reasons that match a pattern here, from beginning to end, are refusals; all
//! others leave the payment unknown and are shown to the operator, who may add a pattern
//! (`refusals` in the configuration). "Paid already" refuses only an inquiry, never our own payment,
//! whatever pattern says it (see `pay.rs`). Patterns are matched in linear time, without regard to case
//! and with every run of white space as one space.

use ppob_types::{RefusalCode, RefusalScope, Rejection};
use regex::{Regex, RegexBuilder};
use serde::Deserialize;

/// A pattern of the operator's own.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RefusalPattern {
    /// A regular expression from `^` to `$`.
    pub(crate) pattern: String,
    /// What it means.
    pub(crate) code: RefusalCode,
    /// Whether another provider may still say yes.
    pub(crate) scope: RefusalScope,
}

/// Every pattern, ready to match.
#[derive(Debug)]
pub(crate) struct Refusals(Vec<(Regex, Rejection)>);

/// Why a pattern of the operator's is not taken.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum PatternError {
    #[error("the pattern {0:?} must begin with ^ and end with $, so that it matches whole reasons")]
    NotAnchored(String),
    #[error("the pattern {0:?} is no regular expression: {1}")]
    Syntax(String, String),
    #[error(
        "the pattern {0:?} also matches {1:?}, which does not say that nothing was paid; make it narrower"
    )]
    TooWide(String, &'static str),
}

/// MMBC puts this before many reasons (document, *Cek tagihan, respon gagal*).
const ERROR_PREFIX: &str = "(?:error [^:]{1,80}: )?";

/// `(pattern, code, scope)`, each matched behind the optional [`ERROR_PREFIX`].
const KNOWN: [(&str, RefusalCode, RefusalScope); 7] = [
    // Documented: Bayar tagihan, respon gagal.
    (
        r"(?:mohon maaf, )?sisa saldo anda \S+ tidak cukup! ?sisa saldo rp\.? ?[\d.]+",
        RefusalCode::InsufficientBalance,
        RefusalScope::Provider,
    ),
    // Inferred, all that follow: the document has no text for these, and the words are the usual
    // ones of the trade.
    (
        r"(?:nomor|no\.?|id) (?:pelanggan|meter|kontrak|telepon)(?: anda)? (?:salah|tidak (?:terdaftar|ditemukan|dikenal|valid))[.!]?",
        RefusalCode::NumberInvalid,
        RefusalScope::Bill,
    ),
    (
        r"tagihan(?: anda)? sudah (?:terbayar|dibayar|lunas)[.!]?",
        RefusalCode::BillAlreadyPaid,
        RefusalScope::Bill,
    ),
    (
        r"produk(?: ini)? (?:sedang )?(?:close|tutup|ditutup|tidak (?:tersedia|aktif))[.!]?",
        RefusalCode::ProductClosed,
        RefusalScope::Provider,
    ),
    (
        r"(?:(?:sistem|layanan|produk|transaksi) )?(?:sedang |dalam )?cut[ -]?off[.!]?",
        RefusalCode::CutOff,
        RefusalScope::Provider,
    ),
    (
        r"(?:username|password|username (?:atau|dan) password)(?: anda)? salah[.!]?",
        RefusalCode::Credentials,
        RefusalScope::Provider,
    ),
    // An answer of ceksaldo names the caller's address (seen), so accounts are bound to one.
    (
        r"ip(?: address)?(?: anda)? [\da-f.:]+ tidak (?:terdaftar|diizinkan|dikenal)[.!]?",
        RefusalCode::Credentials,
        RefusalScope::Provider,
    ),
];

/// Words of reasons after which the payment may still be made, whatever else is said.
const AMBIGUOUS: [&str; 11] = [
    "timeout",
    "time out",
    "time-out",
    "proses",
    "pending",
    "suspect",
    "tunggu",
    "antri",
    "koneksi",
    "coba lagi",
    "rc 68",
];

/// Reasons that say nothing about the money; no pattern may match them.
const PROBES: [&str; 7] = [
    "",
    "No Data!",
    "GAGAL",
    "TRANSAKSI GAGAL",
    "ERROR PLN 123456789: TRANSAKSI GAGAL",
    "ERROR",
    "ERROR PLN 123456789: KODE RESPON 9917 SILAKAN HUBUNGI CS",
];

impl Refusals {
    /// The patterns of this crate and `extra` ones.
    ///
    /// # Errors
    /// [`PatternError`] if an extra pattern is not anchored, not readable or matches too much.
    pub(crate) fn new(extra: &[RefusalPattern]) -> Result<Self, PatternError> {
        let mut rules = Vec::new();
        for (pattern, code, scope) in KNOWN {
            let regex = anchored(&format!("{ERROR_PREFIX}(?:{pattern})"))?;
            rules.push((regex, Rejection { code, scope }));
        }
        for rule in extra {
            rules.push(extra_rule(rule)?);
        }
        Ok(Self(rules))
    }

    /// One pattern alone, taken under the same conditions as an extra one.
    ///
    /// # Errors
    /// As [`Refusals::new`].
    pub(crate) fn only(pattern: &str) -> Result<Self, PatternError> {
        Ok(Self(vec![extra_rule(&RefusalPattern {
            pattern: pattern.to_owned(),
            code: RefusalCode::Other,
            scope: RefusalScope::Provider,
        })?]))
    }

    /// What a reason definitely means, if it is on the list.
    pub(crate) fn classify(&self, reason: &str) -> Option<Rejection> {
        let reason = one_line(reason);
        let lower = reason.to_lowercase();
        if AMBIGUOUS.iter().any(|word| lower.contains(word)) {
            return None;
        }
        let rule = self.0.iter().find(|(regex, _)| regex.is_match(&reason));
        rule.map(|(_, rejection)| rejection.clone())
    }
}

/// A reply as the operator's list shows it: without the customer's number and name, and with `#`
/// for every number, so that replies that differ in nothing else are one line.
pub(crate) fn masked(text: &str, personal: &[&str]) -> String {
    const LONGEST: usize = 200;
    let mut text = one_line(text);
    // Blanks are told apart in neither.
    let personal = personal.iter().map(|personal| one_line(personal));
    for personal in personal.filter(|personal| personal.len() >= 3) {
        if let Ok(regex) =
            RegexBuilder::new(&regex::escape(&personal)).case_insensitive(true).build()
        {
            text = regex.replace_all(&text, "…").into_owned();
        }
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

/// A pattern of the operator's own, if it is whole and narrow.
fn extra_rule(rule: &RefusalPattern) -> Result<(Regex, Rejection), PatternError> {
    let pattern = &rule.pattern;
    if !pattern.starts_with('^') || !pattern.ends_with('$') || pattern.ends_with("\\$") {
        return Err(PatternError::NotAnchored(pattern.clone()));
    }
    let regex = anchored(pattern)?;
    if let Some(probe) = PROBES.into_iter().find(|probe| regex.is_match(probe)) {
        return Err(PatternError::TooWide(pattern.clone(), probe));
    }
    Ok((regex, Rejection { code: rule.code, scope: rule.scope }))
}

fn anchored(pattern: &str) -> Result<Regex, PatternError> {
    // Around the whole pattern, so that no alternative of it escapes the anchors.
    RegexBuilder::new(&format!(r"\A(?:{pattern})\z"))
        .case_insensitive(true)
        .size_limit(1 << 20)
        .build()
        .map_err(|error| PatternError::Syntax(pattern.to_owned(), error.to_string()))
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const BALANCE: &str =
        "Mohon maaf, sisa saldo anda JKT-12345 tidak cukup! Sisa saldo  \nRp. 100";

    fn extra(pattern: &str) -> Result<Refusals, PatternError> {
        Refusals::new(&[RefusalPattern {
            pattern: pattern.to_owned(),
            code: RefusalCode::LimitReached,
            scope: RefusalScope::Bill,
        }])
    }

    fn code(refusals: &Refusals, reason: &str) -> Option<RefusalCode> {
        refusals.classify(reason).map(|rejection| rejection.code)
    }

    #[test]
    fn the_documented_refusal_is_known_also_with_its_raw_line_feed() {
        let rejection = Refusals::new(&[]).unwrap().classify(BALANCE).unwrap();
        assert_eq!(rejection.code, RefusalCode::InsufficientBalance);
        assert_eq!(rejection.scope, RefusalScope::Provider);
    }

    #[test]
    fn the_inferred_refusals_are_known_with_and_without_the_prefix() {
        let known = Refusals::new(&[]).unwrap();
        for (reason, expected) in [
            ("NOMOR PELANGGAN TIDAK TERDAFTAR", RefusalCode::NumberInvalid),
            ("ID PELANGGAN SALAH!", RefusalCode::NumberInvalid),
            ("TAGIHAN SUDAH TERBAYAR", RefusalCode::BillAlreadyPaid),
            ("PRODUK SEDANG CLOSE", RefusalCode::ProductClosed),
            ("PRODUK TIDAK TERSEDIA", RefusalCode::ProductClosed),
            ("SISTEM SEDANG CUT OFF", RefusalCode::CutOff),
            ("Username atau password anda salah!", RefusalCode::Credentials),
            ("IP anda 203.0.113.9 tidak terdaftar!", RefusalCode::Credentials),
        ] {
            assert_eq!(code(&known, reason), Some(expected), "{reason}");
            let prefixed = format!("ERROR PDAM AETRA/TPJ 0110014601: {reason}");
            assert_eq!(code(&known, &prefixed), Some(expected), "{prefixed}");
        }
    }

    #[test]
    fn anything_more_less_or_ambiguous_is_not_a_refusal() {
        let known = Refusals::new(&[]).unwrap();
        for reason in PROBES {
            assert_eq!(code(&known, reason), None, "{reason}");
        }
        for reason in [
            "saldo",
            "tidak cukup",
            "PRODUK SEDANG CLOSE, TRANSAKSI ANDA KAMI PROSES",
            "TAGIHAN SUDAH TERBAYAR TIMEOUT",
            "x TAGIHAN SUDAH TERBAYAR",
            "TAGIHAN SUDAH TERBAYAR x",
            "ERROR TIMEOUT: TAGIHAN SUDAH TERBAYAR",
            "TAGIHAN SEDANG DIPROSES",
        ] {
            assert_eq!(code(&known, reason), None, "{reason}");
        }
    }

    #[test]
    fn an_operator_may_add_whole_and_narrow_patterns_only() {
        let more = extra("^error [^:]+: limit (harian|bulanan) habis$").unwrap();
        let reason = "ERROR PLNS20 530000000001: LIMIT HARIAN HABIS";
        assert_eq!(code(&more, reason), Some(RefusalCode::LimitReached));
        assert_eq!(code(&more, &format!("{reason} MENUNGGU")), None);

        let refused = |pattern: &str| extra(pattern).unwrap_err();
        for pattern in ["limit habis", "^limit habis", "limit habis$", "^limit habis\\$"] {
            assert_eq!(refused(pattern), PatternError::NotAnchored(pattern.to_owned()));
        }
        for pattern in ["^.*$", "^(limit)?$", "^error.*$", "^.*gagal$"] {
            assert!(matches!(refused(pattern), PatternError::TooWide(..)), "{pattern}");
        }
        assert!(matches!(refused("^(limit$"), PatternError::Syntax(..)));
        // An alternative without an anchor of its own gets one.
        let alternatives = extra("^limit habis|batas habis$").unwrap();
        assert_eq!(code(&alternatives, "limit habis, mohon cek"), None);
    }

    #[test]
    fn a_masked_reply_shows_neither_number_nor_name() {
        let shown = masked(
            "ERROR FIF 4401234A:\n BUDI SANTOSO Rp. 45.200 JKT-12345",
            &["4401234a", "Budi Santoso"],
        );
        assert_eq!(shown, "ERROR FIF …: … Rp. #.# JKT-#");
        for (text, name) in
            [("GAGAL SITI  AMINAH", "SITI  AMINAH"), ("GAGAL SITI AMINAH", " siti\n aminah ")]
        {
            assert_eq!(masked(text, &[name]), "GAGAL …");
        }
    }
}
