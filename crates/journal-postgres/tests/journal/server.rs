//! The server dies, stands still, is away, or is one that could forget.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use futures::future::join_all;
use ppob_journal::{Acceptance, Journal, JournalError};
use ppob_journal_postgres::{OpenError, PostgresJournal};
use ppob_test_postgres::{Cluster, Database, psql};

use crate::support::payments::{key, new_payment, send};
use crate::support::{Place, TURN, client, somebody_waits};

/// A server of its own, and a journal in it.
fn place(cluster: &Cluster) -> Place {
    Place::of(Database::fresh_on(&cluster.url()).unwrap())
}

/// Writes until it can be written again; nobody opens the journal anew.
async fn goes_on(journal: &PostgresJournal) {
    loop {
        match journal.save_document("after", "{}".to_owned()).await {
            Ok(()) => return,
            Err(JournalError::Unavailable(_) | JournalError::Unacknowledged(_)) => {}
            Err(other) => unreachable!("{other}"),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_acknowledged_is_there_after_the_server_was_killed_amid_writes() {
    let mut cluster = Cluster::start().unwrap();
    let place = place(&cluster);
    let journal = Arc::new(place.open().await);
    let done = Arc::new(AtomicUsize::new(0));
    let writers = (0..16_u64).map(|writer| {
        let (journal, done) = (Arc::clone(&journal), Arc::clone(&done));
        tokio::spawn(async move {
            let mut accepted = Vec::new();
            for number in (writer * 10_000).. {
                let Ok(serial) = journal.reserve_serial().await else { return (accepted, None) };
                match journal.accept(new_payment(number, serial)).await {
                    Ok(_) => accepted.push(number),
                    Err(error) => return (accepted, Some((number, serial, error))),
                }
                done.fetch_add(1, Ordering::SeqCst);
            }
            unreachable!("the server is killed before")
        })
    });
    let writers: Vec<_> = writers.collect();
    while done.load(Ordering::SeqCst) < 100 {
        tokio::task::yield_now().await;
    }
    let mut cluster = tokio::task::spawn_blocking(move || {
        cluster.kill().unwrap();
        cluster
    })
    .await
    .unwrap();
    let ends = join_all(writers).await;
    let refused = journal.save_document("down", "{}".to_owned()).await;
    assert!(matches!(refused, Err(JournalError::Unavailable(_))), "{refused:?}");
    cluster.restart().unwrap();
    goes_on(&journal).await;
    for end in ends {
        let (accepted, failed) = end.unwrap();
        for number in accepted {
            assert!(journal.load(&key(number)).await.unwrap().is_some(), "{number} was accepted");
        }
        let Some((number, serial, error)) = failed else { continue };
        let found = journal.load(&key(number)).await.unwrap();
        match error {
            JournalError::Unacknowledged(_) => {}
            JournalError::Unavailable(_) => assert!(found.is_none(), "{number}: {error}"),
            other => unreachable!("{other}"),
        }
        // Whichever it was, asking again tells.
        let again = journal.accept(new_payment(number, serial)).await.unwrap();
        match found {
            Some(_) => assert!(matches!(again, Acceptance::Known(_)), "{again:?}"),
            None => assert!(matches!(again, Acceptance::Accepted(_)), "{again:?}"),
        }
    }
    journal.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_that_was_sent_when_the_server_died_is_unacknowledged() {
    let mut cluster = Cluster::start().unwrap();
    let place = place(&cluster);
    let journal = Arc::new(place.open().await);
    let serial = journal.reserve_serial().await.unwrap();
    let holder = place.client().await;
    holder.execute("SELECT pg_advisory_lock($1)", &[&TURN]).await.unwrap();
    let writing = {
        let journal = Arc::clone(&journal);
        tokio::spawn(async move { journal.accept(new_payment(1, serial)).await })
    };
    somebody_waits(&holder).await;
    cluster.kill().unwrap();
    let unknown = writing.await.unwrap();
    assert!(matches!(unknown, Err(JournalError::Unacknowledged(_))), "{unknown:?}");
    cluster.restart().unwrap();
    goes_on(&journal).await;
    assert_eq!(journal.load(&key(1)).await.unwrap(), None, "it was never its turn");
    journal.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_stands_still_delays_and_nothing_is_lost() {
    let cluster = Cluster::start().unwrap();
    let place = place(&cluster);
    let journal = Arc::new(place.open().await);
    send(&*journal, 1).await;
    cluster.freeze().unwrap();
    let writes = (2..40_u64).map(|number| {
        let journal = Arc::clone(&journal);
        tokio::spawn(async move { send(&*journal, number).await })
    });
    let writes: Vec<_> = writes.collect();
    tokio::task::yield_now().await;
    cluster.resume().unwrap();
    for written in join_all(writes).await {
        let stored = written.unwrap();
        assert_eq!(journal.load(&stored.key).await.unwrap(), Some(stored));
    }
    journal.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_waits_for_a_server_that_takes_connections_and_says_nothing() {
    let cluster = Cluster::start().unwrap();
    let place = place(&cluster);
    let mut settings = place.settings();
    settings.patience = Duration::from_secs(1);
    let journal = PostgresJournal::open(&settings).await.unwrap();
    send(&journal, 1).await;
    let witness = client(&cluster.url()).await;
    // Who is connected stays, and nobody new comes.
    cluster.pause().unwrap();
    let others = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
        WHERE application_name = 'ppob'";
    witness.query_one(others, &[]).await.unwrap();
    let left = "SELECT count(*) FROM pg_stat_activity WHERE application_name = 'ppob'";
    while witness.query_one(left, &[]).await.unwrap().get::<_, i64>(0) > 0 {}
    let refused = loop {
        // The first one may find the connection not yet closed.
        match journal.save_document("paused", "{}".to_owned()).await {
            Err(JournalError::Unacknowledged(_)) => {}
            other => break other,
        }
    };
    assert!(matches!(refused, Err(JournalError::Unavailable(_))), "{refused:?}");
    let unread = loop {
        match journal.load_document("paused").await {
            Err(JournalError::Unavailable(cause)) if cause.contains("closed") => {}
            other => break other,
        }
    };
    assert!(matches!(unread, Err(JournalError::Unavailable(_))), "{unread:?}");
    let opened = PostgresJournal::open(&settings).await;
    assert!(matches!(opened, Err(OpenError::Unreachable(_))), "{opened:?}");
    cluster.resume().unwrap();
    goes_on(&journal).await;
    assert_eq!(journal.load_document("paused").await.unwrap(), None, "nothing was changed");
    journal.close().await.unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn with_the_server_away_nothing_is_changed_and_nothing_is_read() {
    let mut cluster = Cluster::start().unwrap();
    let place = place(&cluster);
    let journal = place.open().await;
    let stored = send(&journal, 1).await;
    cluster.stop().unwrap();
    let written = loop {
        match journal.accept(new_payment(2, stored.serial + 1)).await {
            Err(JournalError::Unacknowledged(_)) => {}
            other => break other,
        }
    };
    assert!(matches!(written, Err(JournalError::Unavailable(_))), "{written:?}");
    let read = journal.load(&stored.key).await;
    assert!(matches!(read, Err(JournalError::Unavailable(_))), "{read:?}");
    let opened = PostgresJournal::open(&place.settings()).await.unwrap_err();
    assert!(opened.to_string().contains("nothing was changed"), "{opened}");
    cluster.restart().unwrap();
    goes_on(&journal).await;
    assert_eq!(journal.load(&key(2)).await.unwrap(), None);
    assert_eq!(journal.load(&stored.key).await.unwrap(), Some(stored));
    journal.close().await.unwrap();
}

/// What is told when it is opened.
async fn refusal(place: &Place) -> String {
    PostgresJournal::open(&place.settings()).await.unwrap_err().to_string()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_could_forget_what_it_acknowledged_is_refused() {
    let mut cluster = Cluster::start().unwrap();
    let place = place(&cluster);
    for name in ["fsync", "full_page_writes", "synchronous_commit"] {
        psql(&cluster.url(), &format!("ALTER SYSTEM SET {name} = off")).unwrap();
        cluster.restart().unwrap();
        let told = refusal(&place).await;
        assert!(told.contains(&format!("`{name} = off`")), "{told}");
        assert!(told.contains("paid twice") || told.contains("made twice"), "{told}");
        psql(&cluster.url(), &format!("ALTER SYSTEM RESET {name}")).unwrap();
    }
    cluster.restart().unwrap();
    what_is_open_stays_durable(&cluster, &place).await;
    // A standby that has no primary.
    cluster.stop().unwrap();
    std::fs::write(cluster.data_directory().join("standby.signal"), "").unwrap();
    cluster.restart().unwrap();
    let told = refusal(&place).await;
    assert!(told.contains("standby or read-only"), "{told}");
}

/// Also when the server's settings change under a connection that is open.
async fn what_is_open_stays_durable(cluster: &Cluster, place: &Place) {
    let journal = place.open().await;
    psql(&cluster.url(), "ALTER SYSTEM SET synchronous_commit = off").unwrap();
    psql(&cluster.url(), "SELECT pg_reload_conf()").unwrap();
    while psql(&cluster.url(), "SHOW synchronous_commit").unwrap() != "off" {}
    let witness = place.client().await;
    let seen = "CREATE TABLE seen AS SELECT ''::text AS value;
        CREATE FUNCTION see() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            UPDATE seen SET value = current_setting('synchronous_commit'); RETURN NEW; END $$;
        CREATE TRIGGER see BEFORE INSERT ON document FOR EACH ROW EXECUTE FUNCTION see()";
    witness.batch_execute(seen).await.unwrap();
    // Also a session that was there before has heard of it by its second statement.
    for name in ["one", "two"] {
        journal.save_document(name, "{}".to_owned()).await.unwrap();
    }
    let value: String = witness.query_one("SELECT value FROM seen", &[]).await.unwrap().get(0);
    assert_eq!(value, "on");
    journal.close().await.unwrap();
    psql(&cluster.url(), "ALTER SYSTEM RESET synchronous_commit").unwrap();
}
