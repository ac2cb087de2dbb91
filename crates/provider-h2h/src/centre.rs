//! A description, checked: what is left of it cannot misread its own samples.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::time::Duration;

use ppob_types::Family;

use crate::call::{CallSpec, Case, spec};
use crate::description::{
    Description, FindsBy, Format, Given, Inquiry, InquiryReference, Paths, Worth,
};
use crate::mapping::Products;
use crate::prices::PriceSource;
use crate::reply::{MONEY, Reply, TEXTS};
use crate::rules::{Call, Condition, Demand, Rule, Test, Word, whole};
use crate::{asking, callback, description, purchase, sample};

/// A centre as a description says it is. Holds no secret.
pub struct Centre {
    pub(crate) title: String,
    pub(crate) families: Vec<Family>,
    pub(crate) account: BTreeMap<String, Given>,
    pub(crate) base_url: Option<String>,
    pub(crate) late_execution_bound: Duration,
    pub(crate) repeated_ref_is_same_payment: bool,
    pub(crate) repeat_same_day: bool,
    pub(crate) worth: Worth,
    pub(crate) format: Format,
    pub(crate) max_bytes: usize,
    pub(crate) fields: BTreeMap<String, Vec<String>>,
    pub(crate) pay: CallSpec,
    pub(crate) status: Option<StatusSpec>,
    pub(crate) inquiry: Option<InquirySpec>,
    pub(crate) balance: Option<CallSpec>,
    pub(crate) prices: Option<PriceSource>,
    pub(crate) callback: Option<callback::Source>,
    pub(crate) limits: description::Limits,
    pub(crate) cases: Vec<Case>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) products: Products,
}

pub(crate) struct StatusSpec {
    pub(crate) call: CallSpec,
    /// Whose cases apply: where it is the call that pays, those of that call.
    pub(crate) sent_as: Call,
    pub(crate) finds_by: FindsBy,
    pub(crate) is_purchase: Option<ppob_provider::PurchaseAsStatus>,
}

pub(crate) struct InquirySpec {
    pub(crate) call: CallSpec,
    pub(crate) families: Vec<Family>,
    pub(crate) reference: InquiryReference,
    pub(crate) carry: Vec<String>,
    pub(crate) valid_for: Duration,
    pub(crate) same_day: bool,
}

/// Why a description is not taken: what is wrong, and what to do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct DescriptionError(pub(crate) String);

/// Replies that say nothing about the money; no success and no refusal may fit them.
const SAY_NOTHING: [&str; 8] =
    ["OK", "GAGAL", "SUKSES", "ERROR", "TRANSAKSI GAGAL", "TRX GAGAL", "R#1 GAGAL", "200"];

/// How large a description may be, in bytes.
const LONGEST: usize = 256 * 1024;

/// How long a reply may be at all, in bytes.
const MOST_REPLY_BYTES: usize = 256 * 1024;

/// For how long what an inquiry said may be paid, unless the description says otherwise.
const VALID_FOR: Duration = Duration::from_mins(5);

impl Centre {
    /// Reads a description and holds it against its own samples.
    ///
    /// # Errors
    /// [`DescriptionError`] if it is not readable, contradicts itself, or misreads a sample.
    pub fn read(text: &str) -> Result<Self, DescriptionError> {
        if text.len() > LONGEST {
            return Err(DescriptionError(format!("it is longer than {LONGEST} bytes")));
        }
        let raw: Description =
            toml::from_str(text).map_err(|error| DescriptionError(error.to_string()))?;
        let samples = raw.samples.clone();
        let centre = Self::check(raw)?;
        sample::check(&centre, &samples)?;
        Ok(centre)
    }

    /// What it is called, for people.
    pub fn title(&self) -> &str {
        &self.title
    }

    /// The families that it sells.
    pub fn families(&self) -> &[Family] {
        &self.families
    }

    fn check(raw: Description) -> Result<Self, DescriptionError> {
        refuse(raw.families.is_empty(), "families: a centre sells at least one family")?;
        refuse(
            raw.late_execution_bound_s == 0,
            "late_execution_bound_s: it must be above zero; if nobody says, write a day (86400)",
        )?;
        let replies_fit = (1..=MOST_REPLY_BYTES).contains(&raw.replies.max_bytes);
        refuse(!replies_fit, "replies.max_bytes: it must be between 1 and 262144")?;
        let account: BTreeSet<&str> = raw.account.keys().map(String::as_str).collect();
        let taken = account.iter().find(|name| crate::call::is_own_name(name));
        if let Some(name) = taken {
            return Err(DescriptionError(format!(
                "account.{name}: this name is the engine's own; choose another"
            )));
        }
        let carry = raw.inquiry.as_ref().map(|inquiry| inquiry.carry.clone()).unwrap_or_default();
        let fields = group_paths(&raw, &carry)?;
        let pay = spec("pay", &raw.pay, &raw.account, &carry)?;
        let status = status(&raw, &carry)?;
        let inquiry = raw.inquiry.as_ref().map(|one| inquiry(one, &raw)).transpose()?;
        let balance =
            raw.balance.as_ref().map(|one| spec("balance", one, &raw.account, &[])).transpose()?;
        let cases = raw
            .cases
            .iter()
            .map(|one| Case::read(one, &raw.account, &carry))
            .collect::<Result<Vec<_>, _>>()?;
        let prices = raw.price_list.as_ref().map(|one| PriceSource::read(one, &raw)).transpose()?;
        let rules = rules(&raw, &carry)?;
        let trx = fields.get("trx").map(Vec::as_slice).unwrap_or_default();
        purchase::check(status.as_ref(), &rules, trx)?;
        if raw.callback.is_some() && status.is_none() {
            return Err(DescriptionError(
                "callback: such callbacks are not signed, so they can only be a reason to ask, and there is \
                 no [status] to ask by; leave callback out"
                    .to_owned(),
            ));
        }
        let prefix = raw.inquiry.as_ref().and_then(|inquiry| inquiry.code_prefix.clone());
        let products = Products::read(raw.products, prefix, &raw.families)?;
        asking::check(&products, &pay, inquiry.as_ref(), &cases)?;
        Ok(Self {
            products,
            title: raw.title,
            families: raw.families,
            base_url: raw.base_url,
            late_execution_bound: Duration::from_secs(raw.late_execution_bound_s),
            repeated_ref_is_same_payment: raw.repeated_ref_is_same_payment,
            repeat_same_day: raw.repeat_same_day,
            worth: raw.refusals,
            format: raw.replies.format,
            max_bytes: raw.replies.max_bytes,
            fields,
            pay,
            status,
            inquiry,
            balance,
            prices,
            callback: raw.callback.as_ref().map(callback::Source::read),
            limits: raw.limits,
            cases,
            rules,
            account: raw.account,
        })
    }
}

fn status(raw: &Description, carry: &[String]) -> Result<Option<StatusSpec>, DescriptionError> {
    let Some(status) = &raw.status else { return Ok(None) };
    let call = match (&status.request, &status.pay_with) {
        (Some(request), None) => spec("status.request", request, &raw.account, &[])?,
        (None, Some(more)) => {
            let mut request = raw.pay.clone();
            request.fields.extend(more.clone());
            spec("status.pay_with", &request, &raw.account, carry)?
        }
        _ => {
            return Err(DescriptionError(
                "status: write either request (a call of its own) or pay_with (the call that pays, with \
                 these fields besides)"
                    .to_owned(),
            ));
        }
    };
    refuse(
        status.pay_with.as_ref().is_some_and(BTreeMap::is_empty) && status.is_purchase.is_none(),
        "status.pay_with: without a further field this is the call that pays once more; if the centre \
         answers a repeated reference with what it knows, say within which bounds: status.is_purchase",
    )?;
    let place = match status.finds_by {
        FindsBy::Ref => "ref",
        FindsBy::Trx => "trx",
    };
    refuse(
        !call.names().contains(place),
        &format!("status: it finds by {place}, so one of its fields must hold {{{place}}}"),
    )?;
    let is_purchase = status.is_purchase.map(|bounds| ppob_provider::PurchaseAsStatus {
        min_gap: Duration::from_secs(bounds.min_gap_s),
        max_age: Duration::from_secs(bounds.max_age_s),
    });
    let sent_as = if status.pay_with.is_some() { Call::Pay } else { Call::Status };
    Ok(Some(StatusSpec { call, sent_as, finds_by: status.finds_by, is_purchase }))
}

fn inquiry(inquiry: &Inquiry, raw: &Description) -> Result<InquirySpec, DescriptionError> {
    let families = inquiry.families.clone().unwrap_or_else(|| {
        raw.families.iter().copied().filter(|family| family.is_bill()).collect()
    });
    let needless = inquiry.valid_for_s.is_some()
        && inquiry.carry.is_empty()
        && inquiry.reference == InquiryReference::Own;
    refuse(
        needless,
        "inquiry.valid_for_s: nothing ties the payment to the inquiry, so nothing can expire",
    )?;
    Ok(InquirySpec {
        call: spec("inquiry.request", &inquiry.request, &raw.account, &[])?,
        families,
        reference: inquiry.reference,
        carry: inquiry.carry.clone(),
        valid_for: inquiry.valid_for_s.map_or(VALID_FOR, Duration::from_secs),
        same_day: inquiry.same_day,
    })
}

fn group_paths(
    raw: &Description,
    carry: &[String],
) -> Result<BTreeMap<String, Vec<String>>, DescriptionError> {
    let is_text = raw.replies.format == Format::Text;
    refuse(
        is_text && !raw.replies.fields.is_empty(),
        "replies.fields: a text has no fields; the groups of the patterns name what they find",
    )?;
    let mut fields = BTreeMap::new();
    for (group, paths) in &raw.replies.fields {
        known_group(group, carry, "replies.fields")?;
        let paths = match paths {
            Paths::One(path) => vec![path.clone()],
            Paths::Several(paths) => paths.clone(),
        };
        fields.insert(group.clone(), paths);
    }
    Ok(fields)
}

fn known_group(group: &str, carry: &[String], place: &str) -> Result<(), DescriptionError> {
    let known = TEXTS.contains(&group) || MONEY.contains(&group);
    if known || carry.iter().any(|carried| carried == group) {
        return Ok(());
    }
    Err(DescriptionError(format!(
        "{place}: nobody knows what the group {group:?} means; groups are {}, and what inquiry.carry names",
        [TEXTS.as_slice(), MONEY.as_slice()].concat().join(", ")
    )))
}

fn rules(raw: &Description, carry: &[String]) -> Result<Vec<Rule>, DescriptionError> {
    let mut names = BTreeSet::new();
    let mut rules = Vec::new();
    for rule in &raw.rules {
        let place = format!("reply {:?}", rule.name);
        refuse(!names.insert(rule.name.as_str()), &format!("{place}: there are two of this name"))?;
        let verdict = rule.verdict.verdict(rule.code, rule.scope).ok_or_else(|| {
            DescriptionError(format!(
                "{place}: a refusal needs code and scope, and nothing else may have them"
            ))
        })?;
        let calls = rule.calls.clone().unwrap_or_else(|| rule.verdict.usual_calls());
        if let Some(call) = calls.iter().find(|call| !call.takes(rule.verdict)) {
            return Err(DescriptionError(format!(
                "{place}: {} is no answer to the call {}",
                verdict.word(),
                call.as_str()
            )));
        }
        let test = test(rule, raw.replies.format, carry, &place)?;
        let rule =
            Rule { name: rule.name.clone(), calls, families: rule.families.clone(), verdict, test };
        says_something(&rule, &place)?;
        rules.push(rule);
    }
    let has = |word: Word| raw.rules.iter().any(|rule| rule.verdict == word);
    refuse(!has(Word::Success), "reply: nothing would ever be a success; write at least one rule")?;
    refuse(
        raw.inquiry.is_some() && !has(Word::Bill),
        "reply: there is an [inquiry], but no rule with verdict = \"bill\"",
    )?;
    refuse(
        raw.balance.is_some() && !has(Word::Balance),
        "reply: there is a [balance], but no rule with verdict = \"balance\"",
    )?;
    Ok(rules)
}

fn test(
    rule: &description::Rule,
    format: Format,
    carry: &[String],
    place: &str,
) -> Result<Test, DescriptionError> {
    let compiled = |pattern: &str| {
        whole(pattern).map_err(|error| {
            DescriptionError(format!("{place}: its pattern is not taken: {error}"))
        })
    };
    match (format, &rule.pattern, &rule.when) {
        (Format::Text, Some(pattern), None) => {
            let pattern = compiled(pattern)?;
            for group in pattern.capture_names().flatten() {
                known_group(group, carry, place)?;
            }
            Ok(Test::Pattern(pattern))
        }
        (Format::Json, None, Some(when)) if !when.is_empty() => {
            let condition = |one: &description::Condition| {
                let demand = match (&one.is, one.filled, &one.pattern) {
                    (Some(text), None, None) => Demand::Is(text.clone()),
                    (None, Some(filled), None) => Demand::Filled(filled),
                    (None, None, Some(pattern)) => Demand::Pattern(compiled(pattern)?),
                    _ => {
                        return Err(DescriptionError(format!(
                            "{place}: a condition has exactly one of is, filled and pattern"
                        )));
                    }
                };
                Ok(Condition { field: one.field.clone(), demand })
            };
            when.iter().map(condition).collect::<Result<_, _>>().map(Test::Fields)
        }
        (Format::Text, ..) => Err(DescriptionError(format!(
            "{place}: replies are text, so it needs a pattern and no `when`"
        ))),
        (Format::Json, ..) => Err(DescriptionError(format!(
            "{place}: replies are JSON, so it needs conditions (`when`) and no pattern"
        ))),
    }
}

/// A rule that also fits a reply without content would find something in nothing.
fn says_something(rule: &Rule, place: &str) -> Result<(), DescriptionError> {
    let (empty, fits_anything) = match &rule.test {
        Test::Pattern(pattern) => {
            let probe = SAY_NOTHING.into_iter().find(|probe| pattern.is_match(probe));
            (pattern.is_match(""), probe)
        }
        Test::Fields(_) => {
            let nothing =
                Reply::Json { fields: BTreeMap::new(), groups: crate::reply::Groups::default() };
            (rule.find(&nothing).is_some(), None)
        }
    };
    refuse(empty, &format!("{place}: it also fits an empty reply; make it narrower"))?;
    match fits_anything {
        Some(probe) if rule.verdict.ends_a_payment() => Err(DescriptionError(format!(
            "{place}: its pattern also fits {probe:?}, which does not say enough about the money; make it \
             narrower"
        ))),
        _ => Ok(()),
    }
}

pub(crate) fn refuse(wrong: bool, what: &str) -> Result<(), DescriptionError> {
    if wrong { Err(DescriptionError(what.to_owned())) } else { Ok(()) }
}

impl Call {
    /// Every call that is answered in words.
    pub const ALL: [Self; 4] = [Self::Pay, Self::Status, Self::Inquiry, Self::Balance];
}

impl fmt::Debug for Centre {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Centre").field("title", &self.title).finish_non_exhaustive()
    }
}
