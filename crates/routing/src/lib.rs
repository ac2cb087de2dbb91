//! Pure routing: the catalogue snapshot, mapping, and the ranking of offers.
//!
//! Nothing here waits, reads a clock or draws a random number; the same inputs give the same route.
//! A price list becomes [`MappedList`] rows ([`Mapping`]), these become offers in a new [`Catalogue`]
//! ([`Catalogue::with_prices`]), and [`rank`] orders one product's offers for one question.

mod catalogue;
mod facts;
mod health;
mod left_out;
mod mapping;
mod order;
mod prices;
mod rank;
mod strategy;

pub use catalogue::{Catalogue, Offer, Product};
pub use facts::{Lookup, LookupBy, Mode, ProviderFacts};
pub use health::{Health, Learnt};
pub use left_out::LeftOut;
pub use mapping::{
    MappedList, Mapping, MappingConflict, MappingOverride, OverrideError, ShippedMapping,
};
pub use order::Criterion;
pub use prices::{CatalogueChange, ChangeKind, PriceUpdate, RowAside, RowAsideReason};
pub use rank::{Candidate, Need, Route, RouteQuestion, rank};
pub use strategy::{Strategy, StrategyTable};
