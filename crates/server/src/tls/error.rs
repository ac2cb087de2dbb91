//! What is wrong with the files of TLS.

use std::io;
use std::path::PathBuf;

use rustls::pki_types::pem;

/// Why TLS cannot be had from the files. Shows no key.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// The key is not there, or may not be read.
    #[error("the TLS key {} cannot be read: {error}", file.display())]
    Unreadable {
        /// Which file.
        file: PathBuf,
        /// What the operating system says.
        #[source]
        error: io::Error,
    },
    /// Every user of the machine can read the key.
    #[error(
        "the TLS key {} can be read by every user of this machine; take that right away (chmod o-r) and consider the key known",
        file.display()
    )]
    ReadableByAll {
        /// Which file.
        file: PathBuf,
    },
    /// There is no key in the file.
    #[error("there is no private key in PEM form in {}: {error}", file.display())]
    NoKey {
        /// Which file.
        file: PathBuf,
        /// What the reader says.
        #[source]
        error: pem::Error,
    },
    /// There is no certificate in the file.
    #[error("the certificates of {} cannot be used: {why}", file.display())]
    NoCertificate {
        /// Which file.
        file: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// Certificate and key do not belong together, or are of a kind that cannot be used.
    #[error(
        "the certificate {} and the key {} cannot be used together: {error}",
        certificate.display(),
        key.display()
    )]
    Mismatch {
        /// The certificate's file.
        certificate: PathBuf,
        /// The key's file.
        key: PathBuf,
        /// What the library says.
        #[source]
        error: rustls::Error,
    },
    /// The authorities of clients cannot be used.
    #[error("the authorities of clients in {} cannot be used: {why}", file.display())]
    ClientCa {
        /// Which file.
        file: PathBuf,
        /// What is wrong.
        why: String,
    },
    /// The library has no fitting protocol.
    #[error("this build has no TLS that can be used: {0}")]
    Library(#[source] rustls::Error),
}
