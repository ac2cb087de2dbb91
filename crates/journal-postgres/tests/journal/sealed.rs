//! Nobody who has the database's files or a dump, and not its key, sees a customer.

use std::sync::Arc;

use ppob_journal::{AuditFilter, Journal};
use ppob_journal_postgres::{OpenError, PostgresJournal};
use ppob_seal::{KeyId, MasterKey, MasterKeys};
use ppob_test_postgres::{Cluster, Database, program, psql};

use crate::canary;
use crate::support::Place;

#[tokio::test(flavor = "multi_thread")]
async fn no_file_of_the_database_and_no_dump_shows_number_name_address_or_token() {
    let mut cluster = Cluster::start().unwrap();
    // Also what went wrong, and what was slow, is written down.
    psql(&cluster.url(), "ALTER SYSTEM SET log_min_duration_statement = 0").unwrap();
    cluster.restart().unwrap();
    let place = Place::of(Database::fresh_on(&cluster.url()).unwrap());
    let journal = Arc::new(place.open().await);
    let told = canary::tell(Arc::clone(&journal) as Arc<dyn Journal>).await;
    assert_eq!(canary::found(&place.sends()), [] as [String; 0]);
    psql(&cluster.url(), "CHECKPOINT").unwrap();
    let data = cluster.data_directory();
    let oid = psql(
        &place.database.url(),
        "SELECT oid FROM pg_database WHERE datname = current_database()",
    );
    for part in [data.join("base").join(oid.unwrap()), data.join("pg_wal")] {
        assert!(part.is_dir());
        assert_eq!(canary::found(&part), [] as [String; 0]);
    }
    assert!(cluster.log().contains("FROM write("), "what is looked for would stand there");
    for trace in [canary::NUMBER, canary::NAME, canary::ADDRESS, canary::TOKEN] {
        assert!(!cluster.log().contains(trace), "{trace}");
    }
    let dump = tempfile::tempdir().unwrap();
    let mut pg_dump = program("pg_dump").unwrap();
    pg_dump.arg("--dbname").arg(place.database.url());
    pg_dump.arg("--file").arg(dump.path().join("dump.sql"));
    assert!(pg_dump.status().unwrap().success());
    let text = std::fs::read_to_string(dump.path().join("dump.sql")).unwrap();
    assert!(text.contains("COPY ppob.payment") && text.contains("ResolvePayment"));
    assert_eq!(canary::found(dump.path()), [] as [String; 0]);
    // And all of it is there for whoever has the key.
    for stored in &told {
        assert_eq!(journal.load(&stored.key).await.unwrap().as_ref(), Some(stored));
    }
    let trail = journal.audit_trail(&AuditFilter::default(), 1).await.unwrap();
    assert_eq!(trail.first().map(|record| &record.entry), Some(&canary::entry()));
    journal.close().await.unwrap();
}

#[tokio::test]
async fn another_key_opens_nothing_and_is_told_by_its_name() {
    let place = Place::opened_once();
    let mut settings = place.settings();
    let other = MasterKey::parse(KeyId::new("vault-8").unwrap(), &"18".repeat(32)).unwrap();
    settings.keys = MasterKeys::new(other);
    let told = PostgresJournal::open(&settings).await.unwrap_err();
    assert!(matches!(told, OpenError::Locked(_)), "{told:?}");
    let told = told.to_string();
    assert!(told.contains("`test`") && told.contains("nothing was changed"), "{told}");
}

#[test]
fn the_search_for_traces_finds_them_where_they_are() {
    let directory = tempfile::tempdir().unwrap();
    let mut bytes = vec![0xff; 9_000];
    bytes.extend(format!("x{}\0{}", canary::NUMBER, canary::NAME).into_bytes());
    bytes.extend(canary::FINGERPRINT);
    std::fs::write(directory.path().join("plain"), bytes).unwrap();
    assert_eq!(canary::found(directory.path()).len(), 4);
}
