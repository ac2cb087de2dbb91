//! What a kind may be called.

use std::path::Path;

use crate::problem::Problem;

/// The name of a kind: part of a crate's name, a module, a word of the configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

/// Words of Rust that fit the grammar of a name, and names that the repository's own rules are about.
const RESERVED: [&str; 44] = [
    "abstract", "as", "async", "await", "become", "box", "break", "const", "continue", "crate",
    "do", "dyn", "else", "enum", "extern", "false", "final", "fn", "for", "gen", "if", "impl",
    "in", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub",
    "return", "self", "static", "struct", "super", "trait", "true", "try", "type", "use", "bebek",
];

impl Name {
    /// Reads a name.
    ///
    /// # Errors
    /// [`Problem::BadName`], with the grammar.
    pub fn parse(text: &str) -> Result<Self, Problem> {
        let fits = (2..=20).contains(&text.len())
            && text.starts_with(|first: char| first.is_ascii_lowercase())
            && text.chars().all(|letter| letter.is_ascii_lowercase() || letter.is_ascii_digit());
        if fits { Ok(Self(text.to_owned())) } else { Err(Problem::BadName(text.to_owned())) }
    }

    /// As it stands in the configuration.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Text of the template, with this name in the place of the template's.
    pub(crate) fn rename(&self, text: &str) -> String {
        let mut title = self.0.clone();
        if let Some(first) = title.get_mut(..1) {
            first.make_ascii_uppercase();
        }
        text.replace("bebek", &self.0)
            .replace("Bebek", &title)
            .replace("BEBEK", &self.0.to_ascii_uppercase())
    }

    /// Whether nothing else is called so.
    pub(crate) fn check_free(&self, root: &Path) -> Result<(), Problem> {
        let name = &self.0;
        let taken = |by: String| Problem::TakenName { name: name.clone(), taken: by };
        if RESERVED.contains(&name.as_str()) {
            return Err(taken("it is a word of Rust, or the template's own".to_owned()));
        }
        let places = [
            format!("crates/provider-{name}"),
            format!("crates/simulator/src/{name}"),
            format!("crates/simulator/src/{name}.rs"),
            format!("crates/{name}"),
        ];
        match places.into_iter().find(|place| root.join(place).exists()) {
            Some(place) => Err(taken(format!("{place} exists"))),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_small_letters_and_digits_with_a_letter_first_are_a_name() {
        for good in ["fo", "mmbc2", "a1234567890123456789"] {
            assert_eq!(Name::parse(good).unwrap().as_str(), good);
        }
        for bad in ["", "f", "Foo", "foo-bar", "foo_bar", "2foo", "foo bar", "../foo", "föö"] {
            let said = Name::parse(bad).unwrap_err().to_string();
            assert!(said.contains("NAME=foo"), "{said}");
        }
        assert!(Name::parse("a12345678901234567890").is_err());
    }

    #[test]
    fn the_name_is_spelled_in_three_ways() {
        let renamed = Name::parse("foo").unwrap().rename("bebek Bebek BEBEK_PASSWORD bebek::Bebek");
        assert_eq!(renamed, "foo Foo FOO_PASSWORD foo::Foo");
    }
}
