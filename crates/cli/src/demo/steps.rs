//! The steps, in the order of the walk.

mod bill;
mod cheapest;
mod doubt;
mod failover;
mod prices;
mod token;
mod told_later;
mod truth;

pub(super) use bill::bill;
pub(super) use cheapest::cheapest;
pub(super) use doubt::lost_answer;
pub(super) use failover::failover;
pub(super) use prices::prices;
pub(super) use token::token;
pub(super) use told_later::told_later;
pub(super) use truth::truth;

/// An electricity token, of which an MMBC account is the cheapest seller.
const TOKEN: &str = "PLN-PREPAID-20000";

/// Mobile credit, of which the H2H centre is the cheapest seller, and Digiflazz the next.
const CREDIT: &str = "TSEL-10000";
