//! The one place that talks HTTP to providers.
//!
//! [`PayClient`] sends requests that move money: at most once, over a connection of its own, and it
//! says whether the request left this process. [`ReadClient`] asks everything else. Neither follows
//! redirects, uses a proxy from the environment, repeats a request or decompresses an answer, and
//! both stop reading at a limit.

mod answer;
mod base_url;
mod client;
mod pay;
mod phase;
mod reach;
mod read;
mod request;
mod unique_keys;

pub use answer::Answer;
pub use base_url::{BaseUrl, BaseUrlError};
pub use client::{ClientError, Timeouts, TimeoutsError, install_crypto};
pub use pay::{PayClient, SendResult};
pub use reach::{NotReached, reach};
pub use read::ReadClient;
pub use request::Request;
pub use unique_keys::UniqueKeys;
