//! The durable record of payments: the trait, and the behaviour suite every backend passes.
