//! The journal on SQLite, with group commit.
