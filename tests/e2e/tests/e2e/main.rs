//! End-to-end tests of the real binary over loopback.

mod bad_configuration;
mod bad_requests;
mod callers;
mod canary;
mod commands;
mod crash;
mod documents;
mod exactly_once;
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
mod watching;
mod wrong_password;
