//! Intake, driver, catalogue refresh, reconciliation and recovery.
