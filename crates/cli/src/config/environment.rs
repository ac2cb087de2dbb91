//! Configuration from the environment: `PPOB_LISTEN__API` is the key `listen.api`.

use std::collections::BTreeSet;

use figment::value::{Dict, Map, Value};
use figment::{Error, Metadata, Profile, Provider};

const PREFIX: &str = "PPOB_";

/// Variables of the command line, which are no keys.
const OTHERS: [&str; 8] = [
    "PPOB_ACTOR",
    "PPOB_ADDRESS",
    "PPOB_OPERATOR_ADDRESS",
    "PPOB_API_KEY",
    "PPOB_CA",
    "PPOB_CERTIFICATE",
    "PPOB_CERTIFICATE_KEY",
    "PPOB_CONFIG",
];

/// One variable.
#[derive(Debug)]
pub(super) struct Variable {
    name: String,
    keys: Vec<String>,
    value: String,
}

impl Variable {
    /// The variables that are configuration. Those that hold secrets of providers are not.
    pub(super) fn all(
        environment: impl IntoIterator<Item = (String, String)>,
        secrets: &BTreeSet<String>,
    ) -> Vec<Self> {
        let ours = environment.into_iter().filter(|(name, _)| {
            name.starts_with(PREFIX) && !OTHERS.contains(&name.as_str()) && !secrets.contains(name)
        });
        ours.map(|(name, value)| Self {
            keys: name
                .trim_start_matches(PREFIX)
                .to_ascii_lowercase()
                .split("__")
                .map(str::to_owned)
                .collect(),
            name,
            value,
        })
        .collect()
    }

    /// Where it stands, for messages.
    pub(super) fn place(&self) -> String {
        format!("the environment variable {}", self.name)
    }

    /// The one key it sets, inside its tables.
    pub(super) fn table(&self) -> Dict {
        let value: Value = match self.value.parse() {
            Ok(value) => value,
            Err(never) => match never {},
        };
        let mut keys = self.keys.iter().rev();
        let last = keys.next().cloned().unwrap_or_default();
        keys.fold(Dict::from([(last, value)]), |inner, key| {
            Dict::from([(key.clone(), Value::from(inner))])
        })
    }
}

impl Provider for Variable {
    fn metadata(&self) -> Metadata {
        Metadata::named(self.place())
    }

    fn data(&self) -> Result<Map<Profile, Dict>, Error> {
        Ok(Map::from([(Profile::Default, self.table())]))
    }
}

#[cfg(test)]
mod tests {
    use clap::{Command, CommandFactory};

    use super::*;
    use crate::args::Arguments;

    fn collect(command: &Command, found: &mut BTreeSet<String>) {
        let named = command.get_arguments().filter_map(|argument| argument.get_env()?.to_str());
        found.extend(named.map(str::to_owned));
        command.get_subcommands().for_each(|inner| collect(inner, found));
    }

    #[test]
    fn no_variable_of_the_command_line_is_taken_for_a_key() {
        let mut found = BTreeSet::new();
        collect(&Arguments::command(), &mut found);
        assert_eq!(found, OTHERS.map(str::to_owned).into());
    }
}
