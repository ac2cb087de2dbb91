//! What went wrong on the way to the server.

use std::error::Error;

use tonic::Status;

/// What a status says happened: of one that the way made, what is at its bottom.
pub(super) fn of(status: &Status) -> String {
    match Error::source(status) {
        Some(cause) => explained(&innermost(cause)),
        None => status.message().to_owned(),
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

/// What TLS complains about, for people.
pub(crate) fn explained(why: &str) -> String {
    let meaning = if why.contains("InvalidContentType") || why.contains("corrupt message") {
        "the server there speaks no TLS; use http://, if nobody else can read what goes over that way"
    } else if ["UnknownIssuer", "BadSignature"].iter().any(|word| why.contains(word)) {
        "the authority in --ca does not vouch for this server; is it the right file and the right server?"
    } else if why.contains("NotValidForName") {
        "the server's certificate is for another name; use the name that stands in it"
    } else if why.contains("Expired") || why.contains("NotValidYet") {
        "the server's certificate is not valid now; renew it, or set this machine's clock right"
    } else if why.contains("CertificateRequired") || why.contains("certificate required") {
        "the server asks for a certificate; show one with --certificate and --certificate-key"
    } else if ["connection closed", "Broken pipe", "reset by peer"]
        .iter()
        .any(|word| why.contains(word))
    {
        "the server closed the connection; if it asks for certificates, show one with --certificate and --certificate-key"
    } else {
        return why.to_owned();
    };
    format!("{meaning} ({why})")
}
