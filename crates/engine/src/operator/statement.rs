//! Statements of providers, and the daily close.
//!
//! What rows show is `ppob-evidence`'s to say. Here it is acted on: an attempt in doubt is settled only by
//! what the provider answers about the row's reference; a charge of a dead attempt is recorded beside it;
//! what a complete statement does not have is proposed as not executed, and waits for a second person.

mod act;
mod close;
mod facts;
mod import;
mod kept;
mod result;

pub use close::{CloseDay, CloseStanding, ClosedDay, OpenAttempt, StatementOfDay};
pub use import::ImportStatement;
pub use result::{Consequence, ImportedStatement, StatementFinding};
