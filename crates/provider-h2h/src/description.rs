//! A description as it is written. `docs/H2H.md` explains every key; `centre.rs` checks what it says.

use std::collections::BTreeMap;

use ppob_types::{Family, ProductCode, RefusalCode, RefusalScope, Rupiah};
use serde::Deserialize;

use crate::rules::{Call, Word};
use crate::sign::{Encoding, Hash};
use crate::template::Case;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Description {
    pub(crate) title: String,
    pub(crate) families: Vec<Family>,
    /// What the configuration must give, by name.
    pub(crate) account: BTreeMap<String, Given>,
    #[serde(default)]
    pub(crate) base_url: Option<String>,
    /// Whether a repeated reference is the same payment.
    #[serde(default)]
    pub(crate) repeated_ref_is_same_payment: bool,
    #[serde(default)]
    pub(crate) repeat_same_day: bool,
    pub(crate) late_execution_bound_s: u64,
    #[serde(default)]
    pub(crate) refusals: Worth,
    pub(crate) replies: Replies,
    pub(crate) pay: Request,
    #[serde(default)]
    pub(crate) status: Option<Status>,
    #[serde(default)]
    pub(crate) inquiry: Option<Inquiry>,
    #[serde(default)]
    pub(crate) balance: Option<Request>,
    #[serde(default)]
    pub(crate) price_list: Option<Prices>,
    #[serde(default)]
    pub(crate) callback: Option<Callback>,
    #[serde(default)]
    pub(crate) limits: Limits,
    #[serde(default, rename = "case")]
    pub(crate) cases: Vec<FieldCase>,
    #[serde(default, rename = "reply")]
    pub(crate) rules: Vec<Rule>,
    #[serde(default, rename = "product")]
    pub(crate) products: Vec<Product>,
    #[serde(default, rename = "sample")]
    pub(crate) samples: Vec<Sample>,
}

/// How a value of the account is configured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Given {
    /// In the clear.
    Plain,
    /// By reference only.
    Secret,
}

/// When a refusal may lead to another provider.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Worth {
    /// If the answer also states a balance that fits.
    #[default]
    Corroborated,
    /// Never.
    Never,
    /// Always; for encrypted channels whose listed refusals are final.
    Always,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Replies {
    pub(crate) format: Format,
    #[serde(default = "max_bytes")]
    pub(crate) max_bytes: usize,
    /// Where groups stand in a JSON reply: one path, or several of which the first that is filled counts.
    #[serde(default)]
    pub(crate) fields: BTreeMap<String, Paths>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Format {
    Text,
    Json,
}

#[derive(Debug, Deserialize)]
#[serde(untagged)]
pub(crate) enum Paths {
    One(String),
    Several(Vec<String>),
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Request {
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) fields: BTreeMap<String, String>,
    #[serde(default)]
    pub(crate) sign: Option<Sign>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Method {
    /// GET with a query.
    Get,
    /// POST with a form.
    Form,
    /// POST with a JSON object of texts.
    Json,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sign {
    pub(crate) template: String,
    pub(crate) hash: Hash,
    #[serde(default)]
    pub(crate) encoding: Encoding,
    #[serde(default)]
    pub(crate) case: Case,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Status {
    /// A call of its own.
    #[serde(default)]
    pub(crate) request: Option<Request>,
    /// The call that pays, with these fields besides.
    #[serde(default)]
    pub(crate) pay_with: Option<BTreeMap<String, String>>,
    pub(crate) finds_by: FindsBy,
    /// The status check repeats the purchase, within these bounds.
    #[serde(default)]
    pub(crate) is_purchase: Option<IsPurchase>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum FindsBy {
    Ref,
    Trx,
}

#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct IsPurchase {
    pub(crate) min_gap_s: u64,
    pub(crate) max_age_s: u64,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Inquiry {
    pub(crate) request: Request,
    /// Families that are asked about; without it those that are bills.
    #[serde(default)]
    pub(crate) families: Option<Vec<Family>>,
    /// Under which reference it is asked.
    pub(crate) reference: InquiryReference,
    /// Groups of the answer that the payment must carry: `{carry_NAME}`.
    #[serde(default)]
    pub(crate) carry: Vec<String>,
    /// For how long what is carried may be paid.
    #[serde(default)]
    pub(crate) valid_for_s: Option<u64>,
    #[serde(default)]
    pub(crate) same_day: bool,
    /// Codes that pay begin with one, codes that inquire with the other.
    #[serde(default)]
    pub(crate) code_prefix: Option<CodePrefix>,
}

/// Under which reference a centre is asked what is owed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum InquiryReference {
    /// One of its own, never used again: a centre would answer a repeated one with the old bill.
    Own,
    /// That of the payment.
    Payment,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CodePrefix {
    pub(crate) pay: String,
    pub(crate) inquiry: String,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Prices {
    /// Without one the list is what the configuration says (`prices`).
    #[serde(default)]
    pub(crate) request: Option<Request>,
    #[serde(default)]
    pub(crate) table: Option<Table>,
    #[serde(default = "every_s")]
    pub(crate) every_s: u64,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Table {
    pub(crate) format: TableFormat,
    /// The path of the list in JSON.
    #[serde(default)]
    pub(crate) rows: String,
    /// Of CSV.
    #[serde(default = "delimiter")]
    pub(crate) delimiter: char,
    pub(crate) columns: Columns,
    /// Words of the column `open` that mean that it is sold; without them everything listed is.
    #[serde(default)]
    pub(crate) open_words: Vec<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum TableFormat {
    Json,
    Csv,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Columns {
    pub(crate) code: String,
    pub(crate) cost: String,
    #[serde(default)]
    pub(crate) name: Option<String>,
    #[serde(default)]
    pub(crate) group: Option<String>,
    #[serde(default)]
    pub(crate) admin: Option<String>,
    #[serde(default)]
    pub(crate) open: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Callback {
    #[serde(rename = "in")]
    pub(crate) place: Place,
    /// The field with our reference.
    pub(crate) reference: String,
    /// The field with the reply.
    #[serde(default)]
    pub(crate) message: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Place {
    Query,
    Form,
    Json,
}

#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Limits {
    #[serde(default)]
    pub(crate) inquiries_per_number_a_day: Option<u32>,
    /// A hint for `limits.pay_per_second` of the configuration.
    #[serde(default)]
    pub(crate) calls_per_second: Option<u32>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct FieldCase {
    pub(crate) calls: Vec<Call>,
    #[serde(default)]
    pub(crate) families: Option<Vec<Family>>,
    #[serde(default)]
    pub(crate) dest_digits: Option<usize>,
    pub(crate) fields: BTreeMap<String, String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rule {
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) calls: Option<Vec<Call>>,
    #[serde(default)]
    pub(crate) families: Option<Vec<Family>>,
    pub(crate) verdict: Word,
    #[serde(default)]
    pub(crate) code: Option<RefusalCode>,
    #[serde(default)]
    pub(crate) scope: Option<RefusalScope>,
    #[serde(default)]
    pub(crate) pattern: Option<String>,
    #[serde(default)]
    pub(crate) when: Option<Vec<Condition>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Condition {
    pub(crate) field: String,
    #[serde(default)]
    pub(crate) is: Option<String>,
    #[serde(default)]
    pub(crate) filled: Option<bool>,
    #[serde(default)]
    pub(crate) pattern: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
#[expect(clippy::struct_field_names, reason = "as a description writes it")]
pub(crate) struct Product {
    pub(crate) code: String,
    pub(crate) product: ProductCode,
    pub(crate) family: Family,
    pub(crate) name: String,
    #[serde(default)]
    pub(crate) nominal: Option<Rupiah>,
    /// Another code for asking.
    #[serde(default)]
    pub(crate) inquiry_code: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) reply: String,
    #[serde(default)]
    pub(crate) call: Option<Call>,
    #[serde(default)]
    pub(crate) family: Option<Family>,
    #[serde(default)]
    pub(crate) asked: Asked,
    pub(crate) verdict: String,
    #[serde(default)]
    pub(crate) code: Option<RefusalCode>,
    #[serde(default)]
    pub(crate) scope: Option<RefusalScope>,
    #[serde(default)]
    pub(crate) groups: BTreeMap<String, String>,
}

/// What a sample's reply is held against, as far as it is given.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Asked {
    #[serde(default, rename = "ref")]
    pub(crate) reference: Option<String>,
    #[serde(default)]
    pub(crate) dest: Option<String>,
    #[serde(default)]
    pub(crate) product: Option<String>,
}

const fn max_bytes() -> usize {
    8 * 1024
}

const fn every_s() -> u64 {
    300
}

const fn delimiter() -> char {
    ';'
}
