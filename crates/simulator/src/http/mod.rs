//! A small HTTP/1.1 server over raw sockets, shared by every simulated provider.
//!
//! A framework answers requests; a simulator must also be able *not* to answer them: drop the
//! connection before the body was read, send half an answer, hold the line for ever. One writer
//! that owns the socket carries all of that, so a [`Handler`] only says what should happen on the
//! wire and never touches the socket itself.

mod client;
mod connection;
mod reply;
mod request;
mod server;

pub use client::{CallbackAddress, CallbackAddressError, CallbackSendError};
pub(crate) use reply::{Answer, Reply};
pub use reply::{Ending, Framing};
pub(crate) use request::{Head, Request, parameters};
pub(crate) use server::{Handler, Server};
