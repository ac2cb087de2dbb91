//! The deterministic simulation: real engine, simulated world, truth ledger, mutants.
