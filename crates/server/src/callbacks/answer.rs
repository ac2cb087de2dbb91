//! What a provider is answered.
//!
//! Whether anything was known of the reference that it names cannot be told from an answer: everything
//! that is authentic and readable is answered alike. A reason to tell it again is the exception.

use axum::body::Body;
use axum::http::header::{ALLOW, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderName, HeaderValue, Response, StatusCode};
use ppob_engine::CallbackRefused;

pub(super) const TOO_BIG: &str = "too-big";
pub(super) const TOO_SLOW: &str = "too-slow";
pub(super) const MALFORMED: &str = "malformed";

const TEXT: HeaderValue = HeaderValue::from_static("text/plain; charset=utf-8");
const METHODS: HeaderValue = HeaderValue::from_static("GET, POST");
/// Seconds after which a provider may tell it again; most never look.
const AGAIN_AFTER: HeaderValue = HeaderValue::from_static("30");

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// It is durable, or there was nothing to keep.
    Taken,
    /// The engine refused it.
    Refused(CallbackRefused),
    /// The engine has not said so in time.
    NotInTime,
    /// Too many are being worked on.
    TooMany,
    /// Head, query or body are too big.
    TooBig,
    /// The body did not come in time.
    TooSlow,
    /// The body was cut or is no HTTP.
    Malformed,
    /// No provider can have this address.
    NoSuchAddress,
    /// Neither `GET` nor `POST`.
    NoSuchMethod,
}

impl Answer {
    /// Why the listener refused it by itself, as the metric counts it; what came to the engine is
    /// counted there.
    pub(super) const fn reason(self) -> Option<&'static str> {
        match self {
            Self::Taken
            | Self::Refused(
                CallbackRefused::NotAuthentic
                | CallbackRefused::Unreadable
                | CallbackRefused::Later,
            ) => None,
            Self::NotInTime => Some("not-in-time"),
            Self::TooMany => Some("too-many"),
            Self::TooBig => Some(TOO_BIG),
            Self::TooSlow => Some(TOO_SLOW),
            Self::Malformed => Some(MALFORMED),
            Self::Refused(CallbackRefused::NoSuchProvider) | Self::NoSuchAddress => {
                Some("no-such-address")
            }
            Self::NoSuchMethod => Some("no-such-method"),
        }
    }

    const fn status(self) -> StatusCode {
        match self {
            Self::Taken => StatusCode::OK,
            Self::Refused(CallbackRefused::NotAuthentic) => StatusCode::UNAUTHORIZED,
            Self::Refused(CallbackRefused::Unreadable) | Self::Malformed => StatusCode::BAD_REQUEST,
            Self::Refused(CallbackRefused::NoSuchProvider) | Self::NoSuchAddress => {
                StatusCode::NOT_FOUND
            }
            Self::Refused(CallbackRefused::Later) | Self::NotInTime | Self::TooMany => {
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::TooBig => StatusCode::PAYLOAD_TOO_LARGE,
            Self::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Self::NoSuchMethod => StatusCode::METHOD_NOT_ALLOWED,
        }
    }

    const fn body(self) -> &'static str {
        match self {
            Self::Taken => "ok\n",
            Self::Refused(CallbackRefused::NotAuthentic) => "not authentic\n",
            Self::Refused(CallbackRefused::Unreadable) | Self::Malformed => "not readable\n",
            Self::Refused(CallbackRefused::NoSuchProvider) | Self::NoSuchAddress => {
                "no provider that sends callbacks has this address\n"
            }
            Self::Refused(CallbackRefused::Later) | Self::NotInTime | Self::TooMany => {
                "not now; send it again\n"
            }
            Self::TooBig => "too big\n",
            Self::TooSlow => "too slow\n",
            Self::NoSuchMethod => "POST or GET\n",
        }
    }

    const fn header(self) -> Option<(HeaderName, HeaderValue)> {
        match self.status() {
            StatusCode::SERVICE_UNAVAILABLE => Some((RETRY_AFTER, AGAIN_AFTER)),
            StatusCode::METHOD_NOT_ALLOWED => Some((ALLOW, METHODS)),
            _ => None,
        }
    }

    pub(super) fn response(self) -> Response<Body> {
        let mut response = Response::new(Body::from(self.body()));
        *response.status_mut() = self.status();
        response.headers_mut().insert(CONTENT_TYPE, TEXT);
        if let Some((name, value)) = self.header() {
            response.headers_mut().insert(name, value);
        }
        response
    }
}
