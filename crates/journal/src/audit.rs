//! Who did what, and why: kept for ever.

use ppob_types::{ConsumerId, PaymentKey, ProviderName, Sensitive, Timestamp};
use serde::{Deserialize, Serialize};

/// A person, and how far it is known that it is this person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    /// The consumer whose credentials were used; `engine` for the engine itself.
    pub operator: ConsumerId,
    /// Whether credentials were shown. Otherwise the names are only claimed.
    pub proven: bool,
    /// The person, as the request named them.
    pub actor: String,
}

/// One thing that was done.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditEntry {
    /// The consumer whose credentials were used; `engine` for the engine itself.
    pub operator: ConsumerId,
    /// The person, as the request named them.
    pub actor: String,
    /// The other person, where two were needed.
    pub second_actor: Option<String>,
    /// The name of the RPC, or of what the engine did.
    pub action: String,
    /// To what: see [`AuditSubject`].
    pub subject: String,
    /// The reason or evidence given.
    pub reason: Sensitive,
    /// What was before, in words; may be empty.
    pub before: String,
    /// What was after, in words; may be empty.
    pub after: String,
    /// When.
    pub at: Timestamp,
}

/// An entry in its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    /// Its place, rising.
    pub sequence: u64,
    /// What was done.
    pub entry: AuditEntry,
}

/// Which entries to list, newest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AuditFilter {
    /// Only of this person, as the first or the second.
    pub actor: Option<String>,
    /// Only this action.
    pub action: Option<String>,
    /// Only about this subject.
    pub subject: Option<String>,
    /// Only at or after this.
    pub from: Option<Timestamp>,
    /// Only before this.
    pub until: Option<Timestamp>,
    /// Only with a sequence below this.
    pub before_sequence: Option<u64>,
}

/// What something was done to, in the one spelling that a filter finds again.
#[derive(Clone, Copy, Debug)]
pub enum AuditSubject<'a> {
    /// `provider/mmbc-a`.
    Provider(&'a ProviderName),
    /// `offer/mmbc-a/PLN-PREPAID-20000`.
    Offer(&'a ProviderName, &'a str),
    /// `payment/shop/0197f3`.
    Payment(&'a PaymentKey),
    /// `catalogue`: the price lists of all providers.
    Catalogue,
    /// `configuration`.
    Configuration,
    /// `customer/••••6789`: everything kept about a customer.
    Customer(&'a str),
}

impl std::fmt::Display for AuditSubject<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Provider(name) => write!(f, "provider/{name}"),
            Self::Offer(name, product) => write!(f, "offer/{name}/{product}"),
            Self::Payment(key) => write!(f, "payment/{key}"),
            Self::Catalogue => f.write_str("catalogue"),
            Self::Configuration => f.write_str("configuration"),
            Self::Customer(masked) => write!(f, "customer/{masked}"),
        }
    }
}

impl Who {
    /// Whether `other` is certainly another person: by another name, and by other credentials, unless
    /// neither of the two showed any.
    pub fn is_another_than(&self, other: &Self) -> bool {
        let other_name = !self.actor.trim().eq_ignore_ascii_case(other.actor.trim());
        let claimed = !self.proven && !other.proven;
        let proven = self.proven && other.proven && self.operator != other.operator;
        other_name && (claimed || proven)
    }
}

impl AuditFilter {
    /// Whether an entry fits; for stores that look at each.
    pub fn fits(&self, record: &AuditRecord) -> bool {
        let AuditRecord { sequence, entry } = record;
        let is_actor =
            |actor: &String| entry.actor == *actor || entry.second_actor.as_ref() == Some(actor);
        self.actor.as_ref().is_none_or(is_actor)
            && self.action.as_ref().is_none_or(|action| entry.action == *action)
            && self.subject.as_ref().is_none_or(|subject| entry.subject == *subject)
            && self.from.is_none_or(|from| entry.at >= from)
            && self.until.is_none_or(|until| entry.at < until)
            && self.before_sequence.is_none_or(|before| *sequence < before)
    }
}
