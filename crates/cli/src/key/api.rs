//! `ppob key new`.

use data_encoding::HEXLOWER;
use ppob_server::{KEY_PREFIX, KeyHash};
use ppob_types::ConsumerId;

use crate::exit::Exit;
use crate::failure::{Done, Failure};
use crate::output;

/// 256 bits: nobody guesses it, so its plain hash may be kept.
const BYTES: usize = 32;

pub(super) fn new(name: &ConsumerId) -> Done {
    output::print(&told(name, &fresh()?))?;
    Ok(Exit::Ok)
}

/// A key out of the system's randomness.
fn fresh() -> Result<String, Failure> {
    let mut random = [0; BYTES];
    getrandom::fill(&mut random).map_err(|error| {
        Failure::new(
            Exit::Refused,
            format!("The system gave no randomness: {error}. No key was made."),
        )
    })?;
    Ok(format!("{KEY_PREFIX}{}", HEXLOWER.encode(&random)))
}

fn told(name: &ConsumerId, key: &str) -> String {
    format!(
        "The API key of {name}. It is kept nowhere and shown only now:\n\n  {key}\n\n\
         For the configuration, as a new consumer or beside the key it has (two may be live):\n\n\
         [[consumer]]\nname = \"{name}\"\nkeys = [\"{}\"]\nroles = [\"read\", \"pay\"]     # of an operator: [\"operate\"]\n",
        KeyHash::of(key)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_has_256_bits_and_what_is_configured_does_not_show_it() {
        let (one, two) = (fresh().unwrap(), fresh().unwrap());
        assert_ne!(one, two);
        let secret = one.strip_prefix(KEY_PREFIX).unwrap();
        assert_eq!(secret.len(), 2 * BYTES);
        let told = told(&ConsumerId::new("shop").unwrap(), &one);
        assert_eq!(told.matches(secret).count(), 1);
        let (_, configuration) = told.split_once("[[consumer]]").unwrap();
        assert!(configuration.contains(&KeyHash::of(&one).to_string()));
        assert!(!configuration.contains(secret));
    }
}
