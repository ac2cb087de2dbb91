//! The balance chain: what a deposit account shows about attempts whose outcome is unknown.
//!
//! A success states what it debited and what was left. So one success leads to the next: what one left is
//! what the next found. Where the chain has a hole, money moved that no answer told of. If exactly one set of
//! attempts explains it, these were executed.
//!
//! **Sound if** nothing else moves the account's money, every deposit is recorded before it matters, a
//! success states the balance truly at some moment between its sending and its answer (right after its own
//! debit, or later while others debit beside it), an attempt is executed at most once and not after its bound,
//! and what it debits lies between the `least` and the `most` given. Used by anybody else, an account invents
//! successes; that is why the operator has to declare it exclusive.
//!
//! **Only positive verdicts.** That no money is missing refuses nothing: the provider may still execute, and
//! only persons say that it will not.
//!
//! What keeps a verdict from being said: any other set of attempts that may explain the hole, also with
//! amounts that deviate; an attempt on its way or pending that may explain it, or one that is taken as dead;
//! recorded deposits, and successes whose moment is not known, that may belong in the hole or not; and a
//! neighbourhood that does not add up.

mod examine;
mod explain;
mod facts;
mod segment;
mod stretch;

pub use self::examine::examine;
pub use self::facts::{
    Executed, Facts, Findings, Hole, Link, Movement, Sighting, Span, Standing, Suspect, Unheard,
};
