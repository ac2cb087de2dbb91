//! Breaks the real binary, and looks at what is left of the money.
//!
//! The engine runs as a process of its own, on a journal that lives through all its deaths. The
//! provider runs in the test's process and keeps the truth ledger. Callers do what callers do: they ask
//! again, twice at once, under another id, and go away. After each death the record is held against
//! the ledger, and against everything that callers were told before.

pub mod arm;
pub mod audit;
pub mod callers;
pub mod clock;
pub mod death;
pub mod disk;
pub mod faults;
pub mod life;
pub mod peer;
pub mod random;
pub mod report;
pub mod run;
pub mod told;
pub mod truth;
pub mod wire;
