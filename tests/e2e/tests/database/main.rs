//! End-to-end tests of the real binary with its journal in PostgreSQL: those that are about payments, and what
//! can happen to a database only.

use ppob_e2e::Kept;

#[path = "../e2e/callers.rs"]
mod callers;
#[path = "../e2e/commands.rs"]
mod commands;
#[path = "../e2e/crash.rs"]
mod crash;
#[path = "../e2e/events.rs"]
mod events;
#[path = "../e2e/exactly_once.rs"]
mod exactly_once;
#[path = "../e2e/failover.rs"]
mod failover;
mod keeping;
mod killed;
#[path = "../e2e/load.rs"]
mod load;
mod set_back;
#[path = "../e2e/shutdown.rs"]
mod shutdown;
#[path = "../e2e/statements.rs"]
mod statements;

/// Where the engines under test keep their journals.
const KEPT: Kept = Kept::InADatabase;
