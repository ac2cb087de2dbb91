//! What went wrong on the way to the server.

use std::error::Error;

use tonic::Status;

/// What a status says happened: of one that the way made, what is at its bottom.
pub(super) fn of(status: &Status) -> String {
    let Some(cause) = Error::source(status) else { return status.message().to_owned() };
    let why = innermost(cause);
    match explained(&why) {
        Some(meaning) => format!("{meaning} ({why})"),
        None => why,
    }
}

/// The cause at the bottom says most: "Connection refused", not "transport error".
pub(crate) fn innermost(error: &dyn Error) -> String {
    let mut cause = error;
    while let Some(deeper) = cause.source() {
        cause = deeper;
    }
    cause.to_string()
}

/// What TLS or a server that hangs up complains about, for people; none for anything else.
pub(crate) fn explained(why: &str) -> Option<&'static str> {
    let has = |words: &[&str]| words.iter().any(|word| why.contains(word));
    let meaning = if has(&["InvalidContentType", "corrupt message"]) {
        "the server there speaks no TLS; use http://, if nobody else can read what goes over that way"
    } else if has(&["UnknownIssuer", "BadSignature"]) {
        "the authority in --ca does not vouch for this server; is it the right file and the right server?"
    } else if has(&["CaUsedAsEndEntity"]) {
        "the server shows the certificate of an authority (CA) as its own; have that authority sign one for \
         the server, see docs/SECURITY.md"
    } else if has(&["not valid for name"]) {
        "the server's certificate is for another name; use one that stands in it"
    } else if has(&["certificate expired", "not valid yet"]) {
        "the server's certificate is not valid now; renew it, or set this machine's clock right"
    } else if has(&["CertificateRequired", "certificate required"]) {
        "the server asks for a certificate; show one with --certificate and --certificate-key"
    } else if has(&["connection closed", "Broken pipe", "broken pipe", "reset by peer"]) {
        "the server closed the connection; if it asks for certificates, show one with --certificate and \
         --certificate-key"
    } else {
        return None;
    };
    Some(meaning)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_tls_complains_about_is_said_in_words() {
        for (why, words) in [
            ("received corrupt message of type InvalidContentType", "speaks no TLS"),
            ("certificate not valid for name \"a\"; certificate is only valid for", "another name"),
            ("certificate expired: verification time 2 (UNIX)", "not valid now"),
            ("certificate not valid yet: verification time 2 (UNIX)", "not valid now"),
            ("received fatal alert: CertificateRequired", "show one with --certificate"),
            ("Broken pipe (os error 32)", "closed the connection"),
        ] {
            assert!(explained(why).is_some_and(|said| said.contains(words)), "{why}");
        }
        assert_eq!(explained("Connection refused"), None);
    }
}
