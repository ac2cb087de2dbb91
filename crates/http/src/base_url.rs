//! Where a provider is.

use std::fmt;

use ppob_types::Sensitive;
use reqwest::Url;

/// The address below which a provider's calls are. From configuration only, never from an answer.
#[derive(Clone, PartialEq, Eq)]
pub struct BaseUrl(Url);

/// Text that is no usable base address. Never shows it: it may hold a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BaseUrlError {
    /// Not an absolute address.
    #[error("it must be an absolute address such as https://provider.example/api/")]
    Malformed,
    /// Neither HTTP nor HTTPS.
    #[error("it must begin with https:// or http://")]
    Scheme,
    /// Plain HTTP without permission.
    #[error(
        "plain http sends the password unencrypted and lets anybody on the way forge answers; use https, or set allow_plaintext = true"
    )]
    Plaintext,
    /// A user name or password in the address.
    #[error("it must not hold a user name or password; credentials have their own keys")]
    Credentials,
    /// A query or fragment.
    #[error("it must not hold a query (?) or fragment (#)")]
    Query,
}

impl BaseUrl {
    /// Reads an address. A missing slash at the end is added.
    ///
    /// # Errors
    /// [`BaseUrlError`] if requests with credentials must not be sent there.
    pub fn parse(text: &str, allow_plaintext: bool) -> Result<Self, BaseUrlError> {
        let mut url = Url::parse(text.trim()).map_err(|_| BaseUrlError::Malformed)?;
        match url.scheme() {
            "https" => {}
            "http" if allow_plaintext => {}
            "http" => return Err(BaseUrlError::Plaintext),
            _ => return Err(BaseUrlError::Scheme),
        }
        if !url.has_host() {
            return Err(BaseUrlError::Malformed);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(BaseUrlError::Credentials);
        }
        if url.query().is_some() || url.fragment().is_some() {
            return Err(BaseUrlError::Query);
        }
        if !url.path().ends_with('/') {
            let path = format!("{}/", url.path());
            url.set_path(&path);
        }
        Ok(Self(url))
    }

    /// The address, to tell it from others.
    pub fn address(&self) -> Sensitive {
        self.0.as_str().into()
    }

    /// Whether requests and answers travel unencrypted.
    pub fn is_plaintext(&self) -> bool {
        self.0.scheme() == "http"
    }

    /// The address of a call; `None` if `path` leads to another host or carries a query.
    pub(crate) fn endpoint(&self, path: &str) -> Option<Url> {
        let url = self.0.join(path).ok()?;
        let same_place = url.origin() == self.0.origin()
            && url.username().is_empty()
            && url.password().is_none()
            && url.query().is_none()
            && url.fragment().is_none();
        same_place.then_some(url)
    }
}

impl fmt::Debug for BaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_http_needs_permission() {
        let text = "http://provider.example/json/ppob";
        assert_eq!(BaseUrl::parse(text, false), Err(BaseUrlError::Plaintext));
        let allowed = BaseUrl::parse(text, true).unwrap();
        assert!(allowed.is_plaintext());
        let encrypted = BaseUrl::parse("https://provider.example/json/ppob", false).unwrap();
        assert!(!encrypted.is_plaintext());
    }

    #[test]
    fn addresses_that_leak_or_lead_elsewhere_are_refused() {
        let cases = [
            ("provider.example/api", BaseUrlError::Malformed),
            ("ftp://provider.example/", BaseUrlError::Scheme),
            ("https://user:secret@provider.example/", BaseUrlError::Credentials),
            ("https://provider.example/?password=secret", BaseUrlError::Query),
            ("https://provider.example/#x", BaseUrlError::Query),
            ("https://", BaseUrlError::Malformed),
        ];
        for (text, error) in cases {
            let refused = BaseUrl::parse(text, true).unwrap_err();
            assert_eq!(refused, error, "{text}");
            assert!(!refused.to_string().contains("secret"));
        }
    }

    #[test]
    fn an_endpoint_stays_at_its_host() {
        let base = BaseUrl::parse("https://provider.example/json/ppob", false).unwrap();
        let endpoint = |path| base.endpoint(path).map(|url| url.to_string());
        assert_eq!(
            endpoint("bayartagihan").as_deref(),
            Some("https://provider.example/json/ppob/bayartagihan")
        );
        assert_eq!(
            endpoint("../ceksaldo").as_deref(),
            Some("https://provider.example/json/ceksaldo")
        );
        for elsewhere in [
            "//other.example/x",
            "http://provider.example/x",
            "https://u:p@provider.example/",
            "x?password=secret",
        ] {
            assert_eq!(endpoint(elsewhere), None, "{elsewhere}");
        }
    }
}
