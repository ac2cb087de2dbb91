//! End-to-end tests of the real binary over loopback.

use ppob_e2e::Kept;

mod bad_configuration;
mod bad_requests;
mod callbacks;
mod callers;
mod canary;
mod commands;
mod crash;
mod documents;
mod events;
mod exactly_once;
mod failover;
mod families;
mod floods;
mod keeping;
mod load;
mod magic_numbers;
mod many_providers;
mod money_words;
mod network;
mod privacy;
mod reload;
mod rights;
mod sandbox;
mod shutdown;
mod statements;
mod strategies;
mod test_numbers;
mod watching;
mod wrong_password;

/// Where the engines under test keep their journals; some of these tests are run with the other place too.
const KEPT: Kept = Kept::InAFile;
