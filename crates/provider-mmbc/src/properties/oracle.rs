//! A second reading of MMBC's answers. It knows less than the first one, and shares nothing with it: what
//! the first one says must be possible here.

use ppob_types::{Family, RefusalCode};
use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::Input;

/// An object of an answer, with its keys as often as they occur.
#[derive(Debug)]
pub(super) struct Object {
    /// Where it begins, and where what follows it begins.
    pub(super) from: usize,
    pub(super) until: usize,
    pairs: Vec<(String, String)>,
}

/// Every outermost object of a text, as far as one can be read.
pub(super) fn objects(text: &str) -> Vec<Object> {
    // MMBC writes raw line feeds into strings; a blank is as good, and as long.
    let text: String = text.chars().map(|c| if c < ' ' { ' ' } else { c }).collect();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(from) = text.get(at..).and_then(|rest| rest.find('{')).map(|next| at + next) {
        let rest = text.get(from..).unwrap_or_default();
        let mut values = serde_json::Deserializer::from_str(rest).into_iter::<Pairs>();
        match values.next() {
            Some(Ok(Pairs(pairs))) => {
                at = from + values.byte_offset();
                found.push(Object { from, until: at, pairs });
            }
            _ => at = from + 1,
        }
    }
    found
}

impl Object {
    pub(super) fn has(&self, key: &str) -> bool {
        self.pairs.iter().any(|(name, _)| name == key)
    }

    /// Whether no key occurs twice. A key with a blank may have had any control character there.
    pub(super) fn keys_are_unique(&self) -> bool {
        let keys = self.pairs.iter().map(|(key, _)| key);
        let mut keys: Vec<&String> = keys.filter(|key| !key.contains(' ')).collect();
        keys.sort_unstable();
        keys.windows(2).all(|two| two.first() != two.last())
    }

    /// A field as text, unless it is blank, `null` or no text or number.
    pub(super) fn text(&self, key: &str) -> Option<String> {
        let (_, raw) = self.pairs.iter().find(|(name, _)| name == key)?;
        let text = match raw.chars().next()? {
            '"' => serde_json::from_str::<String>(raw).ok()?,
            '-' | '0'..='9' => raw.clone(),
            _ => return None,
        };
        let text = text.trim().to_owned();
        (!text.is_empty()).then_some(text)
    }

    pub(super) fn says(&self, key: &str, word: &str) -> bool {
        self.text(key).is_some_and(|text| text.eq_ignore_ascii_case(word))
    }

    pub(super) fn is_number(&self, key: &str) -> bool {
        let number = |raw: &str| raw.starts_with(|c: char| c == '-' || c.is_ascii_digit());
        self.pairs.iter().any(|(name, raw)| name == key && number(raw))
    }

    /// A field as an amount, if it is digits, or digits in groups of three.
    pub(super) fn amount(&self, key: &str) -> Option<i64> {
        let text = self.text(key)?;
        if !text.chars().all(|c| c.is_ascii_digit() || c == '.') {
            return None;
        }
        let grouped = !self.is_number(key) && text.contains('.');
        let groups: Vec<&str> = text.split('.').collect();
        let (first, rest) = groups.split_first()?;
        let fits = (!grouped && rest.is_empty())
            || (grouped && (1..=3).contains(&first.len()) && !first.starts_with('0'));
        let fits = fits && rest.iter().all(|group| group.len() == 3);
        fits.then(|| groups.concat().parse().ok()).flatten()
    }

    /// Whether there is a reference that could be asked about.
    pub(super) fn has_invoice(&self) -> bool {
        let meaningful = |c: char| c.is_ascii_alphanumeric() && c != '0';
        self.text("ppob_invoice").is_some_and(|text| text.chars().any(meaningful))
    }

    /// Whether a number of the customer is named, and whether ours is.
    pub(super) fn customer(&self, ours: &str) -> (bool, bool) {
        let plain = |text: &str| -> String {
            text.chars().filter(char::is_ascii_alphanumeric).collect::<String>().to_uppercase()
        };
        let fields = ["ppob_nomorpelanggan", "ppob_nomormeter", "ppob_nomorregistrasi"];
        let named: Vec<(bool, String)> = fields
            .into_iter()
            .filter_map(|key| Some((self.is_number(key), self.text(key)?)))
            .collect();
        let same = |(number, text): &(bool, String)| {
            let (ours, text) = (plain(ours), plain(text));
            if *number {
                ours.trim_start_matches('0') == text.trim_start_matches('0')
            } else {
                ours == text
            }
        };
        (!named.is_empty(), named.iter().any(same))
    }

    /// Whether it speaks of what was asked, as far as it says.
    pub(super) fn fits(&self, input: &Input<'_>) -> bool {
        let (named, ours) = self.customer(input.number());
        let spaced = |code: &str| code.split_whitespace().collect::<Vec<_>>().join(" ");
        let code = self.text("ppob_kodeproduk").map(|code| spaced(&code));
        let other_code = code.is_some_and(|code| !code.eq_ignore_ascii_case(input.code));
        let worth = input.code.strip_prefix("PLNS").and_then(|k| k.parse::<i64>().ok());
        let worth = worth.filter(|_| input.purchase.family == Family::PlnPrepaid);
        let nominal =
            self.amount("ppob_nominal").filter(|nominal| *nominal < 1_000_000_000_000_000);
        let other_nominal =
            worth.zip(nominal).is_some_and(|(worth, nominal)| worth * 1_000 != nominal);
        (!named || ours) && !other_code && !other_nominal
    }

    /// Whether the number stands in a field that is not taken for personal.
    pub(super) fn number_stands_openly(&self, number: &str) -> bool {
        let personal = [
            "ppob_nomorpelanggan",
            "ppob_nomormeter",
            "ppob_nomorregistrasi",
            "ppob_namapelanggan",
            "reason",
            "result",
            "ppob_status",
        ];
        self.pairs.iter().any(|(key, raw)| {
            let squeezed: String = raw.split_whitespace().collect();
            let open = !personal.contains(&key.as_str());
            key.contains(number) || (open && (raw.contains('\\') || squeezed.contains(number)))
        })
    }
}

/// A text as this reading sees it: a blank for each control character, and none at the ends.
pub(super) fn blanked(text: &str) -> String {
    let text: String = text.chars().map(|c| if c < ' ' { ' ' } else { c }).collect();
    text.trim().to_owned()
}

/// Whether a reason is made of the words in which it may mean `code`, and of nothing else.
pub(super) fn could_mean(reason: &str, code: RefusalCode) -> bool {
    let lower = reason.to_lowercase();
    let ambiguous = ["timeout", "proses", "pending", "suspect", "tunggu", "antri", "coba lagi"];
    if ambiguous.iter().any(|word| lower.contains(word)) {
        return false;
    }
    // Behind the last colon that a blank follows: before it stands which bill it is about.
    let line = lower.split_whitespace().collect::<Vec<_>>().join(" ");
    let tail = line.rsplit_once(": ").map_or(line.as_str(), |(_, tail)| tail);
    let (vocabulary, free): (&[&str], usize) = match code {
        RefusalCode::InsufficientBalance => {
            (&["mohon", "maaf", "sisa", "saldo", "anda", "tidak", "cukup", "rp"], 3)
        }
        RefusalCode::NumberInvalid => (
            &[
                "nomor",
                "no",
                "id",
                "pelanggan",
                "meter",
                "kontrak",
                "telepon",
                "anda",
                "salah",
                "tidak",
                "terdaftar",
                "ditemukan",
                "dikenal",
                "valid",
            ],
            0,
        ),
        RefusalCode::ProductClosed => (
            &["produk", "ini", "sedang", "close", "tutup", "ditutup", "tidak", "tersedia", "aktif"],
            0,
        ),
        RefusalCode::CutOff => (
            &[
                "sistem",
                "layanan",
                "produk",
                "transaksi",
                "sedang",
                "dalam",
                "cut",
                "off",
                "cutoff",
                "cut-off",
            ],
            0,
        ),
        RefusalCode::Credentials => (
            &[
                "username",
                "password",
                "atau",
                "dan",
                "anda",
                "salah",
                "ip",
                "address",
                "tidak",
                "terdaftar",
                "diizinkan",
                "dikenal",
            ],
            1,
        ),
        RefusalCode::BillAlreadyPaid => {
            (&["tagihan", "anda", "sudah", "terbayar", "dibayar", "lunas"], 0)
        }
        RefusalCode::CostAboveCap
        | RefusalCode::AmountInvalid
        | RefusalCode::LimitReached
        | RefusalCode::Duplicate
        | RefusalCode::Other => return false,
    };
    let words = tail.split(' ').map(|word| word.trim_matches(['.', '!', ',']));
    let other = words.filter(|word| !vocabulary.contains(word)).count();
    other <= free
}

struct Pairs(Vec<(String, String)>);

impl<'de> Deserialize<'de> for Pairs {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct PairsVisitor;

        impl<'de> Visitor<'de> for PairsVisitor {
            type Value = Pairs;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Pairs, A::Error> {
                let mut pairs = Vec::new();
                while let Some((key, value)) = map.next_entry::<String, Box<RawValue>>()? {
                    pairs.push((key, value.get().to_owned()));
                }
                Ok(Pairs(pairs))
            }
        }

        deserializer.deserialize_map(PairsVisitor)
    }
}
