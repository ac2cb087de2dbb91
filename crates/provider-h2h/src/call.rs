//! Requests as a description says them.

use std::collections::{BTreeMap, BTreeSet};

use ppob_http::Request;
use ppob_types::{Family, Purchase};
use secrecy::zeroize::Zeroizing;

use crate::centre::{Centre, DescriptionError};
use crate::config::OWN_KEYS;
use crate::description::{self, FieldCase, Given, Method};
use crate::rules::Call;
use crate::sign::Recipe;
use crate::template::{Template, Values};

/// One request.
#[derive(Clone)]
pub(crate) struct CallSpec {
    method: Method,
    path: String,
    fields: BTreeMap<String, Template>,
    sign: Option<Recipe>,
}

/// Further fields, where they apply.
pub(crate) struct Case {
    calls: Vec<Call>,
    families: Option<Vec<Family>>,
    dest_digits: Option<usize>,
    fields: BTreeMap<String, Template>,
}

/// What a purchase may have besides the customer number, and the places it would be sent in.
const EXTRAS: [&str; 4] = ["amount", "months", "year", "second_id"];

/// Names that places of templates have besides those of the account.
pub(crate) fn is_own_name(name: &str) -> bool {
    OWN_KEYS.contains(&name)
        || ["sign", "product", "dest", "ref", "trx"].contains(&name)
        || EXTRAS.contains(&name)
        || name.starts_with("carry_")
}

/// Reads a request; every place of its templates must be something that can be filled.
pub(crate) fn spec(
    place: &str,
    request: &description::Request,
    account: &BTreeMap<String, Given>,
    carry: &[String],
) -> Result<CallSpec, DescriptionError> {
    // A secret in a path reaches access logs, and a path could lead elsewhere.
    let path_is_plain =
        !request.path.contains(['{', '}', '?', '#', ':', '\\']) && !request.path.starts_with('/');
    if !path_is_plain {
        return Err(DescriptionError(format!(
            "{place}.path: it stands below base_url, without a place to fill in, ?, # or :"
        )));
    }
    let fields = templates(place, &request.fields, account, carry)?;
    let sign = match &request.sign {
        None => None,
        Some(sign) => {
            let place = format!("{place}.sign");
            let template = template(&place, &sign.template, account, carry)?;
            if template.names().contains("sign") {
                return Err(DescriptionError(format!("{place}: a signature cannot hold itself")));
            }
            Some(Recipe { template, hash: sign.hash, encoding: sign.encoding, case: sign.case })
        }
    };
    let signed = fields.values().any(|template| template.names().contains("sign"));
    match (signed, sign.is_some()) {
        (true, false) => Err(DescriptionError(format!("{place}: {{sign}} needs {place}.sign"))),
        (false, true) => Err(DescriptionError(format!("{place}.sign: no field holds {{sign}}"))),
        _ => Ok(CallSpec { method: request.method, path: request.path.clone(), fields, sign }),
    }
}

fn templates(
    place: &str,
    fields: &BTreeMap<String, String>,
    account: &BTreeMap<String, Given>,
    carry: &[String],
) -> Result<BTreeMap<String, Template>, DescriptionError> {
    let read = |(name, text): (&String, &String)| {
        let template = template(&format!("{place}.fields.{name}"), text, account, carry)?;
        Ok((name.clone(), template))
    };
    fields.iter().map(read).collect()
}

fn template(
    place: &str,
    text: &str,
    account: &BTreeMap<String, Given>,
    carry: &[String],
) -> Result<Template, DescriptionError> {
    let wrong = |error: String| DescriptionError(format!("{place}: {error}"));
    let template = Template::read(text).map_err(|error| wrong(error.to_string()))?;
    for name in template.names() {
        let known = match name.strip_prefix("carry_") {
            Some(carried) => carry.iter().any(|one| one == carried),
            None => account.contains_key(name) || is_own_name(name),
        };
        if !known {
            return Err(wrong(format!(
                "nothing fills {{{name}}}; there are ref, dest, product, trx, sign, amount, months, year, \
                 second_id, carry_NAME of inquiry.carry, and the names of [account]"
            )));
        }
    }
    Ok(template)
}

impl Case {
    pub(crate) fn read(
        case: &FieldCase,
        account: &BTreeMap<String, Given>,
        carry: &[String],
    ) -> Result<Self, DescriptionError> {
        Ok(Self {
            calls: case.calls.clone(),
            families: case.families.clone(),
            dest_digits: case.dest_digits,
            fields: templates("case", &case.fields, account, carry)?,
        })
    }

    /// Whether it applies to every call of this kind for a family, whoever is the customer.
    pub(crate) fn always_applies(&self, call: Call, family: Family) -> bool {
        self.dest_digits.is_none() && self.is_for(call, family)
    }

    fn is_for(&self, call: Call, family: Family) -> bool {
        self.calls.contains(&call)
            && self.families.as_ref().is_none_or(|some| some.contains(&family))
    }

    pub(crate) fn applies(&self, call: Call, purchase: &Purchase) -> bool {
        let number = purchase.customer.expose();
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        self.is_for(call, purchase.family)
            && self.dest_digits.is_none_or(|wanted| digits == wanted && digits == number.len())
    }
}

/// Every field of a request, by name.
pub(crate) type Fields<'a> = BTreeMap<&'a str, &'a Template>;

/// The fields of a request with those of the cases that apply.
pub(crate) fn fields_with<'a>(
    call: &'a CallSpec,
    cases: impl Iterator<Item = &'a Case>,
) -> Fields<'a> {
    let own = call.fields.iter();
    own.chain(cases.flat_map(|case| &case.fields))
        .map(|(name, text)| (name.as_str(), text))
        .collect()
}

/// Whether a centre can tell two requests apart that are about the same code: by the path, or by a field that is
/// always the same. Centres that take one by GET take it by POST as well, and what fills a place may be anything.
pub(crate) fn is_told_apart(
    one: (&CallSpec, &Fields<'_>),
    other: (&CallSpec, &Fields<'_>),
) -> bool {
    let path = |call: &CallSpec| call.path.trim_matches('/').to_ascii_lowercase();
    let mut names = one.1.keys().chain(other.1.keys());
    path(one.0) != path(other.0)
        || names.any(|name| {
            let (one, other) = (written(one.1, name), written(other.1, name));
            one != other && one.is_none_or(is_fixed) && other.is_none_or(is_fixed)
        })
}

/// A field that is not sent and one that is empty are the same to many.
fn written<'a>(fields: &Fields<'a>, name: &str) -> Option<&'a Template> {
    fields.get(name).copied().filter(|template| !template.is_empty())
}

fn is_fixed(template: &Template) -> bool {
    template.names().into_iter().all(|name| name == "product")
}

impl CallSpec {
    /// Every name that its fields and its signature hold.
    pub(crate) fn names(&self) -> BTreeSet<&str> {
        let signed = self.sign.iter().map(|recipe| &recipe.template);
        self.fields.values().chain(signed).flat_map(Template::names).collect()
    }

    /// Whether secrets travel in the address.
    pub(crate) fn carries_credentials_in_address(&self) -> bool {
        let own = |name: &&str| !is_own_name(name);
        self.method == Method::Get && self.names().iter().any(own)
    }

    /// The request without a purchase.
    pub(crate) fn request(&self, values: Values<'_>) -> Option<Request> {
        self.build(BTreeMap::new(), values)
    }

    /// The request about a purchase; none if the centre has no field for something of it, or the request
    /// needs something that is not there.
    pub(crate) fn request_for(
        &self,
        centre: &Centre,
        call: Call,
        purchase: &Purchase,
        mut values: Values<'_>,
    ) -> Option<Request> {
        let mut more: BTreeMap<&str, &Template> = BTreeMap::new();
        for case in centre.cases.iter().filter(|case| case.applies(call, purchase)) {
            more.extend(case.fields.iter().map(|(name, template)| (name.as_str(), template)));
        }
        let parameters = &purchase.parameters;
        let extras = [
            ("amount", purchase.amount.map(|amount| amount.get().to_string())),
            ("months", parameters.months.map(|months| months.to_string())),
            ("year", parameters.year.map(|year| year.to_string())),
            ("second_id", parameters.second_id.as_ref().map(|id| id.expose().to_owned())),
        ];
        let mut sent = self.names();
        sent.extend(more.values().flat_map(|template| template.names()));
        for (name, value) in &extras {
            match value {
                // Never put away silently: the centre would pay something else.
                Some(_) if !sent.contains(name) => return None,
                Some(value) => values.set(name, value),
                None => {}
            }
        }
        values.set("dest", purchase.customer.expose());
        self.build(more, values)
    }

    fn build(&self, more: BTreeMap<&str, &Template>, mut values: Values<'_>) -> Option<Request> {
        if let Some(recipe) = &self.sign {
            let signature = recipe.sign(&values)?;
            values.set("sign", &signature);
        }
        let mut templates: BTreeMap<&str, &Template> =
            self.fields.iter().map(|(name, template)| (name.as_str(), template)).collect();
        templates.extend(more);
        let fill = |(name, template): (&'_ str, &Template)| {
            Some((name.to_owned(), template.fill(&values)?))
        };
        let filled: Vec<(String, Zeroizing<String>)> =
            templates.into_iter().map(fill).collect::<Option<_>>()?;
        let fields: Vec<(&str, &str)> =
            filled.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        Some(match self.method {
            Method::Get => Request::query(&self.path, &fields),
            Method::Form => Request::form(&self.path, &fields),
            Method::Json => {
                Request::json(&self.path, &fields.into_iter().collect::<BTreeMap<_, _>>())
            }
        })
    }
}
