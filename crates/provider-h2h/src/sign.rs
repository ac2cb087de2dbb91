//! Signatures over a template.

use data_encoding::{BASE64, BASE64URL_NOPAD, HEXLOWER};
use md5::{Digest, Md5};
use secrecy::zeroize::Zeroizing;
use serde::Deserialize;
use sha1::Sha1;
use sha2::Sha256;

use crate::template::{Case, Template, Values};

/// What the template is hashed by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Hash {
    /// Not at all: the text itself.
    Plain,
    /// MD5.
    Md5,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
}

/// How the hash is written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(crate) enum Encoding {
    /// Hexadecimal, small letters.
    #[default]
    Hex,
    /// Base 64.
    Base64,
    /// Base 64 for addresses, without padding (`OtomaX`).
    Base64urlNopad,
}

/// A recipe.
#[derive(Clone, Debug)]
pub(crate) struct Recipe {
    pub(crate) template: Template,
    pub(crate) hash: Hash,
    pub(crate) encoding: Encoding,
    pub(crate) case: Case,
}

impl Recipe {
    /// The signature; none if a place of the template stays empty.
    pub(crate) fn sign(&self, values: &Values<'_>) -> Option<Zeroizing<String>> {
        let text = self.template.fill(values)?;
        let bytes = text.as_bytes();
        let digest = match self.hash {
            Hash::Plain => return Some(Zeroizing::new(self.case.of(&text))),
            Hash::Md5 => Md5::digest(bytes).to_vec(),
            Hash::Sha1 => Sha1::digest(bytes).to_vec(),
            Hash::Sha256 => Sha256::digest(bytes).to_vec(),
        };
        let encoded = match self.encoding {
            Encoding::Hex => HEXLOWER.encode(&digest),
            Encoding::Base64 => BASE64.encode(&digest),
            Encoding::Base64urlNopad => BASE64URL_NOPAD.encode(&digest),
        };
        Some(Zeroizing::new(self.case.of(&encoded)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signed(template: &str, hash: Hash, encoding: Encoding, case: Case) -> String {
        let mut values = Values::new();
        for (name, value) in [
            ("member", "OK001"),
            ("product", "S5"),
            ("dest", "081200000000"),
            ("ref", "R1"),
            ("pin", "1234"),
            ("password", "pwd"),
        ] {
            values.set(name, value);
        }
        let recipe = Recipe { template: Template::read(template).unwrap(), hash, encoding, case };
        recipe.sign(&values).unwrap().to_string()
    }

    #[test]
    fn the_signature_of_otomax_is_that_of_the_vector() {
        let template = "OtomaX|{member}|{product}|{dest}|{ref}|{pin}|{password}";
        let signature = signed(template, Hash::Sha1, Encoding::Base64urlNopad, Case::AsIs);
        assert_eq!(signature, "8mntixjGqnwcO3BvjnUut-ZfFlk");
    }

    #[test]
    fn hashes_are_the_known_ones() {
        let hex = |hash, case| signed("abc", hash, Encoding::Hex, case);
        assert_eq!(hex(Hash::Md5, Case::AsIs), "900150983cd24fb0d6963f7d28e17f72");
        assert_eq!(hex(Hash::Sha1, Case::Upper), "A9993E364706816ABA3E25717850C26C9CD0D89D");
        let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(hex(Hash::Sha256, Case::Lower), sha256);
        assert_eq!(hex(Hash::Plain, Case::Upper), "ABC");
    }
}
