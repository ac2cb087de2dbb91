//! The descriptions that come with the program.

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

/// The description of this name.
pub(crate) fn find(name: &str) -> Option<&'static Shipped> {
    SHIPPED.iter().find(|shipped| shipped.name == name)
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
