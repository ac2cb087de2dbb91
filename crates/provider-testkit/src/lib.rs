//! The conformance kit: one suite that every provider passes.
//!
//! A provider crate describes itself in `tests/conformance.rs` as a [`Subject`]: its kind, its settings at a
//! given origin, a [`Sample`] of each family it declares, and a [`Remote`], which is its simulator. The kit
//! owns the cases. It stands between the provider and the simulator, so it counts what was really sent,
//! cuts, swaps and swallows real answers, and needs no counter of anybody's; where nothing of the protocol
//! matters it puts raw sockets in the simulator's place.
//!
//! ```ignore
//! #[tokio::test]
//! async fn mmbc_conforms() {
//!     ppob_provider_testkit::assert_conforms(Mmbc).await;
//! }
//! ```
//!
//! A case is registered for a family if the family's [`Capability`](ppob_provider::Capability) says that it
//! concerns it. A scene that a protocol cannot say is left out with its reason, and the report shows it.

mod callback;
mod case;
mod cases;
mod check;
mod ground;
mod manner;
mod mint;
mod peer;
mod remote;
mod report;
mod run;
mod stand;
mod subject;
mod tap;
mod wire;

pub use callback::{Cover, News, NewsSample};
pub use remote::{Debit, Play, PriceFacts, PriceScene, Remote, Saying, Scene};
pub use report::{CaseRun, Report, Verdict};
pub use run::{assert_conforms, run};
pub use subject::{Sample, Setup, Subject, Waiver};
