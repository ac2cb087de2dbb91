//! The journal in memory passes the behaviour suite, and its hooks do what they say.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use async_trait::async_trait;
use ppob_journal::suite::MemoryBackend;
use ppob_journal::{Journal, JournalError, MemoryHooks, MemoryJournal, MemoryWrite};
use ppob_types::{ConsumerId, PaymentId, PaymentKey, Timestamp};

ppob_journal::journal_suite!(MemoryBackend::default());

/// Fails every write on one side of it.
#[derive(Debug)]
struct Fails {
    after: bool,
    broken: AtomicBool,
}

impl Fails {
    fn fail(&self) -> Result<(), JournalError> {
        if self.broken.load(Ordering::Relaxed) {
            return Err(JournalError::Unacknowledged("simulated".to_owned()));
        }
        Ok(())
    }
}

#[async_trait]
impl MemoryHooks for Fails {
    async fn before_apply(&self, _: MemoryWrite<'_>) -> Result<(), JournalError> {
        if self.after { Ok(()) } else { self.fail() }
    }

    async fn after_apply(&self, _: MemoryWrite<'_>) -> Result<(), JournalError> {
        if self.after { self.fail() } else { Ok(()) }
    }
}

#[tokio::test]
async fn a_write_lost_before_it_is_applied_is_not_there_and_one_lost_after_is() {
    for after in [false, true] {
        let hooks = Arc::new(Fails { after, broken: AtomicBool::new(true) });
        let journal = MemoryJournal::with_hooks(Arc::<Fails>::clone(&hooks));
        let saved = journal.save_document("name", "{}".to_owned()).await;
        assert!(matches!(saved, Err(JournalError::Unacknowledged(_))));
        let found = journal.load_document("name").await.unwrap();
        assert_eq!(found.is_some(), after);
    }
}

#[tokio::test]
async fn a_process_that_was_replaced_writes_nothing_more() {
    let old = MemoryJournal::new();
    let new = old.reopen();
    assert!(new.opened().owner_epoch > old.opened().owner_epoch);
    let key = PaymentKey {
        consumer: ConsumerId::new("shop").unwrap(),
        id: PaymentId::new("payment-1").unwrap(),
    };
    let late = old.bury(&key, Timestamp::from_seconds(1)).await;
    assert!(matches!(late, Err(JournalError::Unavailable(_))));
    let now = Timestamp::from_seconds(1);
    assert_eq!(new.clone().bury(&key, now).await, Ok(None));
}

#[test]
fn every_case_of_the_suite_is_in_the_list() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let list = std::fs::read_to_string(root.join("suite.rs")).unwrap();
    let mut cases = 0;
    for entry in std::fs::read_dir(root.join("suite")).unwrap() {
        let file = entry.unwrap();
        // What a journal is filled with, and no case.
        if file.file_name() == "full.rs" {
            continue;
        }
        let code = std::fs::read_to_string(file.path()).unwrap();
        for line in code.lines() {
            let Some(rest) = line.strip_prefix("pub async fn ") else {
                continue;
            };
            let name = rest.split('(').next().unwrap();
            assert!(list.lines().any(|line| line.trim() == name), "{name}");
            cases += 1;
        }
    }
    assert!(cases > 40, "{cases}");
}
