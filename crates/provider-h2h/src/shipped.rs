//! The descriptions that come with the program.

use std::collections::BTreeSet;
use std::sync::{Arc, OnceLock};

use crate::centre::{Centre, DescriptionError};

/// A description that comes with the program.
#[derive(Clone, Copy, Debug)]
pub struct Shipped {
    /// How the configuration names it: `description = "NAME"`.
    pub name: &'static str,
    /// The description itself, as TOML.
    pub text: &'static str,
}

/// Every description that comes with the program.
pub const SHIPPED: &[Shipped] = &[
    Shipped { name: "okeconnect", text: include_str!("../descriptions/okeconnect.toml") },
    Shipped { name: "otomax", text: include_str!("../descriptions/otomax.toml") },
    Shipped { name: "rajabiller", text: include_str!("../descriptions/rajabiller.toml") },
];

impl Shipped {
    /// The centre that it describes.
    ///
    /// # Errors
    /// [`DescriptionError`] if it misreads one of its samples; tests see to it that none does.
    pub fn centre(&self) -> Result<Centre, DescriptionError> {
        Centre::read(self.text)
    }
}

/// A description, read and checked once for all its accounts.
type Once = OnceLock<Result<Arc<Centre>, DescriptionError>>;

/// In the order of [`SHIPPED`].
static READ: [Once; SHIPPED.len()] = [const { OnceLock::new() }; SHIPPED.len()];

/// The centre of this name; none if there is no such description.
pub(crate) fn centre(name: &str) -> Option<Result<Arc<Centre>, DescriptionError>> {
    let place = SHIPPED.iter().position(|shipped| shipped.name == name)?;
    let (shipped, once) = (SHIPPED.get(place)?, READ.get(place)?);
    Some(once.get_or_init(|| shipped.centre().map(Arc::new)).clone())
}

/// What the shipped descriptions ask for, all together.
pub(crate) fn account_names() -> BTreeSet<&'static str> {
    let read = SHIPPED.iter().filter_map(|shipped| centre(shipped.name)?.ok());
    let names: BTreeSet<String> =
        read.flat_map(|centre| centre.account.keys().cloned().collect::<Vec<_>>()).collect();
    SHIPPED
        .iter()
        .flat_map(|shipped| shipped.text.lines())
        .filter_map(|line| line.split_once(" = ").map(|(name, _)| name))
        .filter(|name| names.contains(*name))
        .collect()
}

/// Every name.
pub(crate) fn names() -> Vec<&'static str> {
    SHIPPED.iter().map(|shipped| shipped.name).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shipped_description_reads_its_own_samples_as_it_says() {
        for shipped in SHIPPED {
            if let Err(error) = shipped.centre() {
                panic!("{}: {error}", shipped.name);
            }
        }
    }
}
