//! End-to-end tests of the real binary over loopback.

mod bad_configuration;
mod bad_requests;
mod callers;
mod commands;
mod crash;
mod documents;
mod exactly_once;
mod families;
mod load;
mod magic_numbers;
mod privacy;
mod sandbox;
mod shutdown;
mod wrong_password;
