//! What differs between two configurations, and what of it can take effect without a restart.

use std::collections::{BTreeMap, BTreeSet};

use ppob_provider::SecretRef;
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;

use crate::config::{Loaded, is_reference, leaves, of_every_provider};

/// Everything that is compared. Values and secrets stay in here.
pub(crate) struct Snapshot {
    keys: BTreeMap<String, Entry>,
    /// The configured providers and their kinds.
    kinds: BTreeMap<String, String>,
}

struct Entry {
    value: Value,
    /// What the reference led to when the snapshot was made; a changed file is a changed key.
    secret: Option<SecretString>,
}

/// Names of keys.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Changes {
    pub(super) now: Vec<String>,
    /// These need a restart.
    pub(super) restart: Vec<String>,
}

impl Snapshot {
    /// Reads the secrets too. To be made before anything is built from `loaded`: a secret that changes
    /// in between is then found again at the next look, and never missed.
    pub(crate) fn of(loaded: &Loaded) -> Self {
        let keys = leaves(&loaded.effective).into_iter().map(|(key, value)| {
            let secret = is_reference(value)
                .then(|| SecretRef::deserialize(value).ok()?.resolve().ok())
                .flatten();
            (key, Entry { value: value.clone(), secret })
        });
        let kinds =
            loaded.providers.iter().map(|table| (table.name.to_string(), table.kind.clone()));
        Self { keys: keys.collect(), kinds: kinds.collect() }
    }

    /// What would change. `hot` are the beginnings of keys that can take effect at once.
    pub(super) fn changes_to(&self, after: &Self, hot: &[&str]) -> Changes {
        let all: BTreeSet<&String> = self.keys.keys().chain(after.keys.keys()).collect();
        let differ = all.into_iter().filter(|key| !same(self.keys.get(*key), after.keys.get(*key)));
        let (mut now, mut restart) = (BTreeSet::new(), BTreeSet::new());
        for key in differ {
            let is_hot = hot.iter().any(|hot| key.starts_with(hot));
            match provider_of(key) {
                Some(name) if self.kinds.contains_key(name) != after.kinds.contains_key(name) => {
                    restart.insert(format!("provider.{name}"));
                }
                // Its other keys belong to the new kind.
                Some(name) if self.kinds.get(name) != after.kinds.get(name) => {
                    restart.insert(key.clone());
                }
                _ if is_hot => {
                    now.insert(key.clone());
                }
                _ => {
                    restart.insert(key.clone());
                }
            }
        }
        Changes { now: now.into_iter().collect(), restart: restart.into_iter().collect() }
    }

    /// What is in effect once `changes.now` are: those that need a restart are told again next time.
    pub(super) fn with_applied(&mut self, mut after: Self, changes: &Changes) {
        let waits = |key: &String| {
            changes.restart.iter().any(|waiting| {
                key == waiting
                    || key.strip_prefix(waiting.as_str()).is_some_and(|rest| rest.starts_with('.'))
            })
        };
        after.keys.retain(|key, _| !waits(key));
        let before = std::mem::take(&mut self.keys);
        after.keys.extend(before.into_iter().filter(|(key, _)| waits(key)));
        // Which providers there are, and of which kinds, changes at a restart only.
        self.keys = after.keys;
    }

    /// The configured kind of a provider.
    pub(super) fn kind_of(&self, provider: &str) -> Option<&str> {
        self.kinds.get(provider).map(String::as_str)
    }
}

impl Changes {
    /// Whether anything of this provider changes now.
    pub(super) fn touch(&self, provider: &str) -> bool {
        self.now.iter().any(|key| provider_of(key) == Some(provider))
    }

    /// Whether what belongs to the provider's kind changes now, so that it has to be built anew.
    pub(super) fn touch_settings_of(&self, provider: &str) -> bool {
        self.now.iter().any(|key| {
            let own = |rest: &str| {
                let first = rest.split('.').next().unwrap_or_default();
                !of_every_provider().any(|key| key == first)
            };
            below_provider(key, provider).is_some_and(own)
        })
    }

    /// The keys that change now and may lead to another deposit account of the same login.
    pub(super) fn of_accounts(&self) -> impl Iterator<Item = (&str, &String)> {
        self.now.iter().filter_map(|key| {
            let name = provider_of(key)?;
            let rest = below_provider(key, name)?;
            (rest == "base_url").then_some((name, key))
        })
    }
}

fn same(before: Option<&Entry>, after: Option<&Entry>) -> bool {
    let exposed = |entry: &'_ Entry| entry.secret.as_ref().map(|s| s.expose_secret().to_owned());
    match (before, after) {
        (Some(before), Some(after)) => {
            before.value == after.value && exposed(before) == exposed(after)
        }
        _ => false,
    }
}

/// The provider that a key belongs to.
fn provider_of(key: &str) -> Option<&str> {
    key.strip_prefix("provider.")?.split('.').next()
}

fn below_provider<'a>(key: &'a str, provider: &str) -> Option<&'a str> {
    key.strip_prefix("provider.")?.strip_prefix(provider)?.strip_prefix('.')
}

impl std::fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Snapshot").field("kinds", &self.kinds).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::load;

    const HOT: &[&str] = &["payments.", "provider."];

    fn loaded(text: &str) -> Snapshot {
        let file = tempfile::NamedTempFile::with_suffix(".toml").unwrap();
        std::fs::write(file.path(), text).unwrap();
        Snapshot::of(&load(Some(file.path()), Vec::new()).unwrap())
    }

    fn changes(before: &str, after: &str) -> (Vec<String>, Vec<String>) {
        let Changes { now, restart } = loaded(before).changes_to(&loaded(after), HOT);
        (now, restart)
    }

    const A: &str = "[[provider]]\nname = \"a\"\nkind = \"mmbc\"\n";

    #[test]
    fn keys_are_split_into_those_that_apply_and_those_that_wait() {
        let (now, restart) = changes(
            A,
            &format!(
                "[payments]\npay_within_s = 60\n[listen]\napi = \"127.0.0.1:1\"\n{A}priority = 3\n\
                 limits.pay_burst = 2\nmapping.\"X Y\" = {{ ignore = true }}\n"
            ),
        );
        assert_eq!(
            now,
            [
                "payments.pay_within_s",
                "provider.a.limits.pay_burst",
                "provider.a.mapping.\"X Y\".ignore",
                "provider.a.priority"
            ]
        );
        assert_eq!(restart, ["listen.api"]);
    }

    #[test]
    fn a_provider_that_comes_goes_or_changes_its_kind_needs_a_restart() {
        let b = A.replace("\"a\"", "\"b\"");
        assert_eq!(
            changes(A, &b),
            (vec![], vec!["provider.a".to_owned(), "provider.b".to_owned()])
        );
        let other = format!("{}priority = 1\n", A.replace("mmbc", "other"));
        let (now, restart) = changes(A, &other);
        assert_eq!(now, Vec::<String>::new());
        assert_eq!(restart, ["provider.a.kind", "provider.a.priority"]);
    }

    #[test]
    fn a_secret_file_with_another_content_is_a_changed_key() {
        let secret = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(secret.path(), "hunter2").unwrap();
        let text = format!("{A}password = {{ file = \"{}\" }}\n", secret.path().display());
        let before = loaded(&text);
        assert_eq!(before.changes_to(&loaded(&text), HOT), Changes::default());
        std::fs::write(secret.path(), "hunter3").unwrap();
        let changes = before.changes_to(&loaded(&text), HOT);
        assert_eq!(changes.now, ["provider.a.password"]);
        assert!(changes.touch_settings_of("a") && !changes.touch_settings_of("b"));
        assert!(!format!("{before:?}").contains("hunter"));
    }

    #[test]
    fn only_what_belongs_to_the_kind_has_it_built_anew() {
        let changes = loaded(A).changes_to(&loaded(&format!("{A}weight = 3\n")), HOT);
        assert!(changes.touch("a") && !changes.touch_settings_of("a"));
        assert_eq!(changes.of_accounts().count(), 0);
        let changes = loaded(A).changes_to(&loaded(&format!("{A}base_url = \"x\"\n")), HOT);
        assert!(changes.touch_settings_of("a"));
        assert_eq!(changes.of_accounts().count(), 1);
    }

    #[test]
    fn what_needs_a_restart_is_told_again_at_the_next_look_and_what_was_applied_is_not() {
        let b = A.replace("\"a\"", "\"b\"");
        let text = format!("[log]\nformat = \"json\"\n{A}priority = 3\n{b}");
        let mut running = loaded(A);
        let changes = running.changes_to(&loaded(&text), HOT);
        assert_eq!(changes.now, ["provider.a.priority"]);
        assert_eq!(changes.restart, ["log.format", "provider.b"]);
        running.with_applied(loaded(&text), &changes);
        let again = running.changes_to(&loaded(&text), HOT);
        assert_eq!(again.now, Vec::<String>::new());
        assert_eq!(again.restart, ["log.format", "provider.b"]);
        assert_eq!(running.changes_to(&loaded(A), HOT).now, ["provider.a.priority"]);
    }
}
