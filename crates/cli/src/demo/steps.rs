//! The steps, in the order of the walk.

mod bill;
mod doubt;
mod failover;
mod prices;
mod token;
mod truth;

pub(super) use bill::bill;
pub(super) use doubt::lost_answer;
pub(super) use failover::failover;
pub(super) use prices::prices;
pub(super) use token::token;
pub(super) use truth::truth;

/// The product most steps buy.
const TOKEN: &str = "PLN-PREPAID-20000";
