//! The one place that talks HTTP to providers and decides whether a request was sent.
