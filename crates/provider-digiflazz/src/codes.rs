//! The response codes: what each says, and whether a transaction was formed.
//!
//! All of them are documented, with a status word each. A code that is not here, one whose status word is not
//! its own, and a word without a code say nothing that could be relied on.

use ppob_provider::{ProviderError, ProviderErrorKind};
use ppob_types::{RefusalCode, RefusalScope, Rejection};

use crate::wire::Fields;

/// What a code says about the purchase that it answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Meaning {
    /// It was made.
    Succeeded,
    /// It is worked on.
    Pending,
    /// Nobody knows, whatever the status word says.
    TimedOut,
    /// There is a transaction with this reference already.
    ReferenceTaken,
    /// There is none with this reference. On a look-up it refuses nothing; on a payment it makes no sense.
    NotFound,
    /// It was made, and the money came back.
    Reversed,
    /// It speaks of something else than a purchase.
    Elsewhere,
    /// It was not made, and will not be.
    Refused(RefusalCode, RefusalScope),
    /// It refuses a call because of when it came. The purchase that was not made yet is not made; a look-up is
    /// refused whatever became of the purchase that it asks about.
    RefusedNow(RefusalCode, RefusalScope),
    /// It refuses an inquiry. On a payment and on a look-up it says nothing: what stands in its way may be that
    /// very payment.
    RefusedAtInquiry(RefusalCode, RefusalScope),
}

/// One row of the table.
#[derive(Debug)]
pub(crate) struct Row {
    /// The code, as it is written.
    pub(crate) rc: &'static str,
    /// Whether Digiflazz keeps a transaction under the reference ("Terbentuk Transaksi").
    pub(crate) formed: bool,
    /// What it says.
    pub(crate) meaning: Meaning,
}

const FORMED: bool = true;
const NOTHING: bool = false;

/// The table of response codes, complete.
pub(crate) const TABLE: [Row; 47] = {
    use Meaning::{
        Elsewhere, NotFound, Pending, ReferenceTaken, Refused, RefusedAtInquiry, RefusedNow,
        Reversed, Succeeded,
    };
    use RefusalCode as Code;
    use RefusalScope::{Bill, Provider};
    [
        row("00", FORMED, Succeeded),
        // "Timeout", and its status is Gagal: still only a timeout. Somebody's answer did not come, so it may
        // have been delivered.
        row("01", FORMED, Meaning::TimedOut),
        row("02", FORMED, Refused(Code::Other, Provider)),
        row("03", FORMED, Pending),
        // Our mistake in a field; nothing reached a seller, and another provider has other fields.
        row("40", NOTHING, Refused(Code::Other, Provider)),
        // The signature: also what a development key says at production, and the other way round.
        row("41", NOTHING, Refused(Code::Credentials, Provider)),
        row("42", NOTHING, Refused(Code::Credentials, Provider)),
        row("43", NOTHING, Refused(Code::ProductClosed, Provider)),
        row("44", NOTHING, Refused(Code::InsufficientBalance, Provider)),
        // Our address: every customer would be refused, so a person must look.
        row("45", NOTHING, Refused(Code::Credentials, Provider)),
        // It happened already, at another buyer: asking another provider would buy it a second time.
        row("47", NOTHING, Refused(Code::Duplicate, Bill)),
        // "Not unique": so there is one. It is the look-up that tells how that one ended.
        row("49", NOTHING, ReferenceTaken),
        row("50", FORMED, NotFound),
        row("51", FORMED, Refused(Code::NumberInvalid, Bill)),
        row("52", FORMED, Refused(Code::NumberInvalid, Bill)),
        row("53", FORMED, Refused(Code::ProductClosed, Provider)),
        row("54", FORMED, Refused(Code::NumberInvalid, Bill)),
        // Some clients take it for pending; the table says Gagal.
        row("55", FORMED, Refused(Code::ProductClosed, Provider)),
        row("56", NOTHING, Refused(Code::ProductClosed, Provider)),
        row("57", FORMED, Refused(Code::NumberInvalid, Bill)),
        // By the clock: a look-up at night may be told so about what was bought in the evening.
        row("58", FORMED, RefusedNow(Code::CutOff, Provider)),
        // Outside of the seller's region: another seller may serve it.
        row("59", FORMED, Refused(Code::NumberInvalid, Provider)),
        // "Bill not available yet", or paid already. That we never ask for a payment twice proves nothing here:
        // the seller may have asked the biller again after an answer of the biller's was lost, and then it is
        // our own payment that was found.
        row("60", FORMED, RefusedAtInquiry(Code::BillAlreadyPaid, Bill)),
        // No deposit was ever made.
        row("61", NOTHING, Refused(Code::InsufficientBalance, Provider)),
        row("62", NOTHING, Refused(Code::ProductClosed, Provider)),
        // The same number bought the same thing today. That may be wanted, or a double: only the caller
        // knows, so no other provider is asked behind the caller's back.
        row("63", NOTHING, Refused(Code::Duplicate, Bill)),
        // About the withdrawal of a deposit ticket.
        row("64", NOTHING, Elsewhere),
        row("65", NOTHING, Refused(Code::Duplicate, Bill)),
        row("66", NOTHING, Refused(Code::CutOff, Provider)),
        row("67", NOTHING, Refused(Code::ProductClosed, Provider)),
        row("68", NOTHING, Refused(Code::ProductClosed, Provider)),
        row("69", NOTHING, Refused(Code::CostAboveCap, Provider)),
        // "Timeout from biller": as 01.
        row("70", FORMED, Meaning::TimedOut),
        row("71", FORMED, Refused(Code::ProductClosed, Provider)),
        row("72", FORMED, Refused(Code::Other, Bill)),
        row("73", FORMED, Refused(Code::LimitReached, Bill)),
        // "Refund": may follow a success.
        row("74", FORMED, Reversed),
        row("80", NOTHING, Refused(Code::ProductClosed, Provider)),
        row("81", NOTHING, Refused(Code::ProductClosed, Provider)),
        // Our account is not verified.
        row("82", NOTHING, Refused(Code::Credentials, Provider)),
        // About price lists.
        row("83", NOTHING, Elsewhere),
        row("84", FORMED, Refused(Code::AmountInvalid, Bill)),
        // Too many calls, "try again in a minute". Nobody says that what was called for before was not
        // delivered, and a request that arrived twice is told so the second time.
        row("85", FORMED, RefusedAtInquiry(Code::LimitReached, Provider)),
        // Too many meters asked about, which comes before a token is bought.
        row("86", FORMED, RefusedNow(Code::LimitReached, Provider)),
        row("87", NOTHING, Refused(Code::AmountInvalid, Provider)),
        row("88", NOTHING, Refused(Code::Other, Provider)),
        // "Router issue", and its status is Pending: never a failure.
        row("99", FORMED, Pending),
    ]
};

const fn row(rc: &'static str, formed: bool, meaning: Meaning) -> Row {
    Row { rc, formed, meaning }
}

impl Row {
    /// The status word that the table has for it.
    const fn word(&self) -> &'static str {
        match self.meaning {
            Meaning::Succeeded => "Sukses",
            Meaning::Pending => "Pending",
            _ => "Gagal",
        }
    }

    /// The refusal of a payment, if it is one.
    pub(crate) const fn rejection(&self) -> Option<Rejection> {
        match self.meaning {
            Meaning::Refused(code, scope) | Meaning::RefusedNow(code, scope) => {
                Some(Rejection { code, scope })
            }
            _ => None,
        }
    }
}

/// How an answer says that it stands.
#[derive(Debug)]
pub(crate) enum Standing {
    /// By a code of the table, with its own status word, or without one where nothing was formed.
    Listed(&'static Row),
    /// By anything else.
    Unlisted,
}

impl Standing {
    /// How the answer with these fields stands.
    pub(crate) fn of(fields: &Fields) -> Self {
        let rc = fields.text("rc");
        let Some(row) = rc.and_then(|rc| TABLE.iter().find(|row| row.rc == rc)) else {
            return Self::Unlisted;
        };
        let fits = match fields.text("status") {
            Some(word) => word.eq_ignore_ascii_case(row.word()),
            // What is refused at the door may come with nothing but a code.
            None => !row.formed,
        };
        if fits { Self::Listed(row) } else { Self::Unlisted }
    }
}

/// The error of a read that was refused.
pub(crate) fn refused_read(fields: &Fields, personal: &[&str]) -> ProviderError {
    let said = said(fields, personal);
    let error = |kind| ProviderError::new(kind, format!("the provider refused: {said}"));
    let Standing::Listed(row) = Standing::of(fields) else {
        return error(ProviderErrorKind::Unreadable);
    };
    match (row.rc, row.meaning) {
        ("83" | "85" | "86", _) => error(ProviderErrorKind::RateLimited),
        (_, Meaning::Refused(RefusalCode::Credentials, _)) => error(ProviderErrorKind::Credentials),
        _ => error(ProviderErrorKind::Unreadable),
    }
}

/// What an answer says in its own words, for people, without whom it is about.
pub(crate) fn said(fields: &Fields, personal: &[&str]) -> String {
    let code = |name: &str| {
        let text = fields.text(name).unwrap_or("none");
        let plain = text.len() <= 12 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
        if plain { text.to_owned() } else { "odd".to_owned() }
    };
    let message = masked(fields.text("message").unwrap_or_default(), personal);
    format!("rc {}, status {}: {message}", code("rc"), code("status"))
}

/// A text with each run of digits as `#` and without what is personal.
fn masked(text: &str, personal: &[&str]) -> String {
    const LONGEST: usize = 160;
    const GONE: &str = "…";
    let line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    let mut text = line(text);
    for personal in personal.iter().map(|personal| line(personal)) {
        // Neither reading in lower case changes the place of a byte.
        let wanted = personal.to_ascii_lowercase();
        while wanted.len() >= 3
            && wanted != GONE
            && let Some(at) = text.to_ascii_lowercase().find(&wanted)
        {
            text.replace_range(at..at + wanted.len(), GONE);
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

#[cfg(test)]
mod tests;
