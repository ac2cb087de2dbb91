//! Who may open what.

use std::time::Duration;

use ppob_journal::Journal;
use ppob_journal_postgres::{OpenError, PostgresJournal};
use ppob_test_postgres::psql;

use crate::support::payments::{key, send};
use crate::support::{Place, settings};

async fn refusal(place: &Place) -> String {
    PostgresJournal::open(&place.settings()).await.unwrap_err().to_string()
}

#[tokio::test]
async fn a_second_engine_is_refused_and_told_who_holds_the_journal() {
    let (place, neighbour) = (Place::opened_once(), Place::opened_once());
    // In the same server, and none of our business.
    let other_journal = neighbour.open().await;
    let first = place.open().await;
    let second = tempfile::tempdir().unwrap();
    let mut other = settings(place.database.url(), second.path().join("sends"));
    other.patience = Duration::from_secs(2);
    let told = PostgresJournal::open(&other).await.unwrap_err();
    assert!(matches!(told, OpenError::InUse(_)), "{told:?}");
    let told = told.to_string();
    assert!(told.contains("connected from the same machine since"), "{told}");
    send(&first, 1).await;
    first.close().await.unwrap();
    let next = PostgresJournal::open(&other).await.unwrap();
    assert!(next.load(&key(1)).await.unwrap().is_some());
    next.close().await.unwrap();
    other_journal.close().await.unwrap();
}

#[tokio::test]
async fn of_engines_that_open_a_fresh_database_at_once_one_makes_the_schema() {
    let place = Place::new();
    let directory = tempfile::tempdir().unwrap();
    let open = |name: &str| {
        let mut own = settings(place.database.url(), directory.path().join(name));
        own.patience = Duration::from_secs(2);
        async move { PostgresJournal::open(&own).await }
    };
    let mut opened = Vec::new();
    for one in futures::future::join_all(["a", "b", "c"].map(open)).await {
        match one {
            Ok(journal) => opened.push(journal),
            Err(error) => assert!(matches!(error, OpenError::InUse(_)), "{error:?}"),
        }
    }
    assert_eq!(opened.len(), 1);
    let steps = "SELECT count(*), max(version), min(version) FROM ppob.schema_version";
    assert_eq!(psql(&place.database.url(), steps).unwrap(), "6|6|1");
    opened.pop().unwrap().close().await.unwrap();
}

#[tokio::test]
async fn what_is_no_place_for_a_journal_is_refused_with_a_reason() {
    let place = Place::opened_once();
    let name = place.database.name().to_owned();
    place.outside(&[format!("ALTER DATABASE {name} SET default_transaction_read_only = on")]);
    let told = refusal(&place).await;
    assert!(told.contains("standby or read-only"), "{told}");
    place.outside(&[
        format!("ALTER DATABASE {name} RESET default_transaction_read_only"),
        format!("ALTER DATABASE {name} SET synchronous_commit = off"),
    ]);
    let told = refusal(&place).await;
    assert!(told.contains("`synchronous_commit = off`"), "{told}");
    place.outside(&[format!("ALTER DATABASE {name} RESET synchronous_commit")]);
    psql(&place.database.url(), "INSERT INTO ppob.schema_version (version) VALUES (99)").unwrap();
    let told = refusal(&place).await;
    assert!(told.contains("schema version 99") && told.contains("newer program"), "{told}");
    // Nobody writes, so that a name of a person would be kept in any bytes.
    place.outside(&[
        format!("DROP DATABASE {name} WITH (FORCE)"),
        format!(
            "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'SQL_ASCII' LC_COLLATE 'C' LC_CTYPE 'C'"
        ),
    ]);
    let told = refusal(&place).await;
    assert!(told.contains("UTF8") && told.contains("SQL_ASCII"), "{told}");
}

#[tokio::test]
async fn a_server_elsewhere_is_reached_by_tls_or_not_at_all() {
    let place = Place::opened_once();
    for elsewhere in [
        "host=192.0.2.1 user=ppob password=secret dbname=ppob",
        "hostaddr=192.0.2.1 user=ppob password=secret dbname=ppob",
        "host=localhost hostaddr=192.0.2.1 user=ppob password=secret dbname=ppob",
        "host=localhost,db.example user=ppob password=secret dbname=ppob",
        "postgres://ppob:secret@db.example/ppob",
    ] {
        let told = PostgresJournal::open(&settings(elsewhere.to_owned(), place.sends())).await;
        let told = told.unwrap_err();
        assert!(matches!(told, OpenError::Plaintext), "{elsewhere}: {told}");
    }
    for (wrong, why) in [
        ("host=localhost user=ppob", "names no database"),
        ("host=localhost password=secret sslmode=certainly", "no connection string"),
        ("host=localhost password=secret dbname=ppob sslmode=require", "`journal.ca`"),
    ] {
        let told = PostgresJournal::open(&settings(wrong.to_owned(), place.sends())).await;
        let told = told.unwrap_err().to_string();
        assert!(told.contains(why) && !told.contains("secret"), "{told}");
    }
}

#[tokio::test]
async fn a_client_that_looks_for_a_server_that_takes_writes_reads_from_it_too() {
    let place = Place::opened_once();
    let url = format!("{} target_session_attrs=read-write", place.database.url());
    let journal = PostgresJournal::open(&settings(url, place.sends())).await.unwrap();
    let stored = send(&journal, 1).await;
    assert_eq!(journal.load(&stored.key).await.unwrap(), Some(stored));
    journal.close().await.unwrap();
}

#[tokio::test]
async fn nothing_is_read_from_another_journal_that_took_the_place_of_this_one() {
    let place = Place::opened_once();
    let journal = place.open().await;
    let stored = send(&journal, 1).await;
    assert!(journal.load(&stored.key).await.unwrap().is_some());
    let change = "UPDATE ppob.identity SET journal = 'another';
        SELECT pg_terminate_backend(pid) FROM pg_stat_activity
        WHERE application_name = 'ppob' AND datname = current_database()";
    psql(&place.database.url(), change).unwrap();
    let told = loop {
        match journal.load(&stored.key).await {
            Err(error) if error.to_string().contains("another journal") => break error.to_string(),
            Err(_) => {}
            // One of the connections of before has not ended yet.
            Ok(found) => assert!(found.is_some()),
        }
    };
    assert!(told.contains("standby"), "{told}");
    journal.close().await.unwrap();
}
