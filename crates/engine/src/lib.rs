//! The engine: takes payments in, drives each to its end, and always knows what it knows.
//!
//! Reading order, which is the story of one payment: [`Engine::create_payment`] →
//! `intake` → `driver` (↔ `ppob_payment::step`) → `driver/route` → `driver/send` → `persist` →
//! `live`. What a driver leaves open, `reconcile` works on; what a crash leaves open, `recovery`.
//!
//! The engine knows no gRPC, HTTP, SQL or provider: those come in as [`Parts`].

mod accounts;
mod balance;
mod callback;
mod catalogue;
mod clock;
mod config;
mod driver;
mod engine;
mod errors;
mod gauges;
mod health;
mod inquiry;
mod intake;
mod limits;
mod live;
mod logins;
mod lost_sends;
mod operator;
mod persist;
mod points;
mod privacy;
mod providers;
mod queries;
mod reconcile;
mod recovery;
mod reload;
mod restored;
mod retention;
mod switches;
mod tasks;
mod turns;

pub use balance::KnownBalance;
pub use callback::CallbackRefused;
pub use catalogue::{CatalogueStatus, RefreshReport, Remapped};
pub use config::{DuplicateWindows, EngineConfig, ProviderSetup, RetentionSpans};
pub use engine::{Engine, Parts, StartError};
pub use errors::{AbandonError, CreateError, InquireError, OperateError, QueryError};
pub use inquiry::{AskedInquiry, Inquire};
pub use intake::{CreatePayment, RequestedApproval, RequestedParameters};
pub use limits::ConsumerLimits;
pub use live::Ticket;
pub use operator::{
    CheckNow, Checked, CloseDay, CloseStanding, ClosedDay, Consequence, Found, ImportStatement,
    ImportedStatement, NewDeposit, NewNote, NotSeen, OfferMode, OpenAttempt, ProviderStatus,
    Resolve, ResolveVerdict, Resolved, Review, ReviewDetails, ReviewReason, Seen, StatementFinding,
    StatementOfDay, TrialMatch, TrialResult, UnlistedStanding,
};
#[cfg(feature = "mutants")]
pub use points::{AtPoint, POINTS, set_point_hook};
pub use ppob_evidence::statement::{MOST_BYTES as MOST_STATEMENT_BYTES, StatementFormat};
pub use ppob_provider::{RawCallback, RefusalTrust};
pub use privacy::{AboutCustomer, Erasure};
pub use queries::{Abandoned, RouteExplanation};
pub use reload::{Reload, ReloadError};
pub use switches::{ModeSwitch, OfferSwitch};
