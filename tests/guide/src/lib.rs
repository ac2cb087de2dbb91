//! Writes a new provider out of the template in `tests/bebek`: its crate, its simulator, and the lines by which
//! the rest of the repository knows it.
//!
//! The template is a crate like any other, which is built, linted and tested with every change; a new provider
//! is the same with another name. So it cannot fall behind the contract that it is a template for.

mod edits;
mod format;
mod name;
mod plan;
mod problem;
mod template;

pub use name::Name;
pub use plan::Plan;
pub use problem::Problem;
pub use template::left;
