//! The payment as a pure state machine: step(state, event, now), and its invariants.
