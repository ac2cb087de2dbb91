//! How a provider writes its statements, where it is not what is built in.

use std::time::Duration;

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::{Columns, Thousands};

/// How a provider writes its statements. The default reads most of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StatementFormat {
    /// What stands between cells.
    pub delimiter: Delimiter,
    /// How letters are written.
    pub encoding: Encoding,
    /// How thousands are set apart.
    pub thousands: Thousands,
    /// Formats of strftime, tried in their order; empty for those that are built in.
    pub date_formats: Vec<String>,
    /// Rows with a cell that one of these matches are passed over, and counted.
    pub ignore_rows: Vec<Pattern>,
    /// What a single column of amounts means by its sign, where no column tells the direction.
    pub amount_sign: AmountSign,
    /// What the column of kinds says.
    pub kinds: KindWords,
    /// What columns are called.
    pub columns: Columns,
    /// Whether the statements of this provider hold everything of the time they cover: only then may
    /// something be concluded from a row that is not there.
    pub complete: bool,
    /// How far the provider's clock may lie from ours, in seconds.
    pub clock_tolerance_s: u32,
}

impl Default for StatementFormat {
    fn default() -> Self {
        Self {
            delimiter: Delimiter::default(),
            encoding: Encoding::default(),
            thousands: Thousands::default(),
            date_formats: Vec::new(),
            ignore_rows: Vec::new(),
            amount_sign: AmountSign::default(),
            kinds: KindWords::default(),
            columns: Columns::default(),
            complete: false,
            clock_tolerance_s: 900,
        }
    }
}

impl StatementFormat {
    /// How far the provider's clock may lie from ours.
    pub fn clock_tolerance(&self) -> Duration {
        Duration::from_secs(self.clock_tolerance_s.into())
    }
}

/// What stands between cells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Delimiter {
    /// Whichever makes sense of the line that names the columns.
    #[default]
    #[serde(rename = "auto")]
    Auto,
    /// `;`
    #[serde(rename = ";")]
    Semicolon,
    /// `,`
    #[serde(rename = ",")]
    Comma,
    /// A tabulator.
    #[serde(rename = "tab")]
    Tab,
    /// `|`
    #[serde(rename = "|")]
    Bar,
}

/// How letters are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Encoding {
    /// UTF-8 if the file is that, else Latin-1.
    #[default]
    #[serde(rename = "auto")]
    Auto,
    /// UTF-8, with or without a byte order mark.
    #[serde(rename = "utf-8")]
    Utf8,
    /// Latin-1 (ISO 8859-1).
    #[serde(rename = "latin-1")]
    Latin1,
}

/// What the sign of an amount means.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum AmountSign {
    /// Nothing: another column tells the direction.
    #[default]
    None,
    /// Below zero left the deposit.
    NegativeIsDebit,
    /// Above zero left the deposit.
    PositiveIsDebit,
}

/// What the column of kinds says, by the whole cell; how it is written does not matter. An empty list
/// stands for the words that are built in.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct KindWords {
    /// Money left the deposit.
    pub debit: Vec<String>,
    /// Money came into the deposit.
    pub credit: Vec<String>,
    /// Money of a transaction came back.
    pub refund: Vec<String>,
}

/// A regular expression of the configuration.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Pattern(Regex);

/// A text of the configuration that is no regular expression.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("is no regular expression: {0}")]
pub struct PatternError(String);

impl Pattern {
    /// Reads a regular expression; case does not matter.
    ///
    /// # Errors
    /// [`PatternError`] with what is wrong.
    pub fn new(text: &str) -> Result<Self, PatternError> {
        let built =
            regex::RegexBuilder::new(text).case_insensitive(true).size_limit(1 << 20).build();
        built.map(Self).map_err(|error| PatternError(error.to_string()))
    }

    pub(super) fn matches(&self, text: &str) -> bool {
        self.0.is_match(text)
    }
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

impl Eq for Pattern {}

impl TryFrom<String> for Pattern {
    type Error = PatternError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Self::new(&text)
    }
}

impl From<Pattern> for String {
    fn from(pattern: Pattern) -> Self {
        pattern.0.as_str().to_owned()
    }
}
