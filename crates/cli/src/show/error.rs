//! Errors: what happened, what it means for the money, what to do.

mod advice;
mod cause;

pub(crate) use self::cause::{explained, innermost};
use ppob_api::error::{may_be_accepted, metadata_of, reason_of};
use serde_json::json;
use tonic::{Code, Status};

use crate::exit::Exit;
use crate::failure::Failure;
use crate::text::Add;

/// What was asked when the error came.
#[derive(Clone, Debug)]
pub(crate) enum Asked {
    /// Something that changes nothing.
    Read,
    /// A payment.
    Pay(Paying),
    /// Something an operator or caller changes, but that sends no payment.
    Change,
}

/// The payment that was asked for.
#[derive(Clone, Debug)]
pub(crate) struct Paying {
    /// Its id.
    pub(crate) id: String,
    /// The command that asks for it once more.
    pub(crate) repeat: String,
    /// Whether an earlier call may have used this id; a refusal says nothing about that one.
    pub(crate) earlier: bool,
}

/// An error of the server, or of the way to it.
pub(crate) fn failure(status: &Status, asked: &Asked) -> Failure {
    let exit = exit_of(status, asked);
    let reason = reason_of(status);
    let mut text = String::new();
    let message = cause::of(status);
    let happened = match exit {
        Exit::Unknown if reason.is_none() => "No usable answer",
        Exit::Unknown => "Not known",
        _ => "Refused",
    };
    text.add(format_args!("{happened}: {message}\n"));
    text.add(format_args!("Money: {}\n", money(exit, asked)));
    let metadata = metadata_of(status);
    if let Some(advice) = advice::of(reason.as_deref(), &metadata) {
        text.add(format_args!("Do:    {advice}\n"));
    } else if message.contains("CertificateRequired") {
        text.push_str("Do:    show a certificate with --certificate and --certificate-key.\n");
    } else if exit == Exit::Unknown {
        text.add(format_args!("Do:    {}\n", retry(asked)));
    }
    for violation in tonic_types::StatusExt::get_details_bad_request(status)
        .map(|bad| bad.field_violations)
        .unwrap_or_default()
    {
        text.add(format_args!("Field: {}: {}\n", violation.field, violation.description));
        if violation.field == "approval" {
            text.push_str(
                "       here: `ppob inquire` first, then pay with --inquiry ID or --approved-total RUPIAH\n",
            );
        }
    }
    let code = format!("{:?}", status.code());
    text.add(format_args!("({})\n", reason.unwrap_or(code)));
    Failure::new(exit, text)
}

/// A payment whose call was repeated until patience ended. Whatever the last call said, an earlier
/// one was lost and may pay.
pub(crate) fn unanswered(last: Option<&Status>, paying: &Paying) -> Failure {
    let asked = Asked::Pay(paying.clone());
    let happened = last.map_or_else(|| "no answer came in time".to_owned(), cause::of);
    let text = format!(
        "No usable answer: {happened}\nMoney: {}\nDo:    {}\n",
        money(Exit::Unknown, &asked),
        retry(&asked)
    );
    Failure::new(Exit::Unknown, text)
}

/// No connection stood, so nothing was sent. `option` names another address; `answered` says that
/// something is there, only not what was looked for.
pub(crate) fn unreached(option: &str, address: &str, why: &str, answered: bool) -> Failure {
    let start = "start the engine (`ppob serve`, or `ppob sandbox` to try it)";
    let todo = if answered { "do what stands above" } else { start };
    Failure::new(
        Exit::Unknown,
        format!(
            "Not reached: {address}: {why}\n\
             Money: nothing was sent by this command.\n\
             Do:    {todo}, or name another {option}.\n"
        ),
    )
}

/// The same for scripts. `accepted` is null unless a payment was asked for: no other error speaks of
/// one. `known` is false where the error speaks for its own call only, and an
/// earlier one was lost.
pub(crate) fn json_error(status: &Status, asked: &Asked, known: bool) -> String {
    let accepted = match asked {
        Asked::Pay(_) if !known || may_be_accepted(status) => Some("unknown"),
        Asked::Pay(_) => Some("no"),
        Asked::Read | Asked::Change => None,
    };
    let error = json!({
        "error": {
            "code": format!("{:?}", status.code()),
            "reason": reason_of(status),
            "message": status.message(),
            "accepted": accepted,
            "metadata": metadata_of(status),
        }
    });
    format!("{error:#}")
}

fn exit_of(status: &Status, asked: &Asked) -> Exit {
    let known = match asked {
        Asked::Pay(_) => !may_be_accepted(status),
        Asked::Read | Asked::Change => {
            reason_of(status).is_some()
                && !matches!(status.code(), Code::Unavailable | Code::Internal)
        }
    };
    if known { Exit::Refused } else { Exit::Unknown }
}

fn money(exit: Exit, asked: &Asked) -> &'static str {
    match (asked, exit) {
        (Asked::Read, _) => "asking moves no money.",
        (Asked::Change, Exit::Unknown) => "nothing was paid by this; look before you repeat it.",
        (Asked::Change, _) => "this paid nothing.",
        (Asked::Pay(paying), Exit::Refused) if paying.earlier => {
            "not accepted: this call paid nothing and will pay nothing. An earlier call with this id \
             may have; look with `ppob payment get`."
        }
        (Asked::Pay(_), Exit::Refused) => {
            "not accepted: this call paid nothing and will pay nothing."
        }
        (Asked::Pay(_), _) => "it may be paid. Do not pay by other means.",
    }
}

fn retry(asked: &Asked) -> String {
    match asked {
        Asked::Read | Asked::Change => "try again when the engine can be reached. One that asks for client certificates closes the \
             connection without a word: show yours with --certificate and --certificate-key."
                .to_owned(),
        Asked::Pay(Paying { id, repeat, .. }) => format!(
            "repeat exactly this; the same id never pays twice:\n         {repeat}\n       \
             or make sure that it never happens:\n         ppob payment abandon {id}"
        ),
    }
}

#[cfg(test)]
mod tests;
