//! The conformance kit: one suite that every provider passes.
