//! What a write costs does not grow with the journal.

use std::sync::Arc;

use ppob_journal::{Journal, Stripped};
use ppob_types::Retention;
use tokio_postgres::Client;

use crate::canary;
use crate::support::Place;

/// So many rows of others.
const ROWS: &str = "
    DO $$ DECLARE one text; BEGIN
        FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'ppob' LOOP
            EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', one);
        END LOOP;
    END $$;
    INSERT INTO payment SELECT n, 'other' || n % 50, 'payment-' || n, 1,
        CASE WHEN n % 100 = 0 THEN 'IN_DOUBT' ELSE 'SUCCEEDED' END, 'PLN' || n % 20,
        md5(n::text), 'pln', 0, 1, n, n, CASE WHEN n % 100 = 0 THEN n END, 20000, 19000,
        sha256(n::text::bytea), 1, 'everything', sha256('request'), sha256('value')
    FROM generate_series(10000001, 10020000) AS n;
    INSERT INTO attempt SELECT n, 1, 'attempt-' || n, 'provider' || n % 5,
        CASE WHEN n % 100 = 0 THEN 'unknown' ELSE 'succeeded' END,
        CASE WHEN n % 100 <> 0 THEN n::text END, n
    FROM generate_series(10000001, 10020000) AS n;
    INSERT INTO event SELECT n - 10000000, n, 1, 'other', 'accepted', 'ACCEPTED', n, NULL
    FROM generate_series(10000001, 10020000) AS n;
    INSERT INTO audit SELECT n, 'office', 'sari', NULL, 'AddNote', 'payment/' || n, 'x', '', '', n
    FROM generate_series(1, 20000) AS n;
    INSERT INTO note SELECT n, n + 10000000, 'office', true, 'sari', 'x', n
    FROM generate_series(1, 20000) AS n;
    INSERT INTO deposit SELECT 'deposit-' || n, 'provider', 1, n, 'x', 'office', true, 'sari', n
    FROM generate_series(1, 20000) AS n;
    INSERT INTO proposal SELECT n, n + 10000000, 1, 1, 'unknown', 'office', true, 'sari', 'x', n,
        'open' FROM generate_series(1, 20000) AS n;
    INSERT INTO inquiry SELECT 'other', 'inquiry-' || n, md5(n::text), 3000000000000000, 'x'
    FROM generate_series(1, 20000) AS n;
    INSERT INTO success SELECT 'PLN', md5(n::text), 0, n, 'other' FROM generate_series(1, 20000) AS n;
    INSERT INTO guard SELECT 'PLN', md5(n::text), n + 10000000 FROM generate_series(1, 20000) AS n;
    INSERT INTO buried SELECT 'other', n::text, n FROM generate_series(1, 20000) AS n;
    INSERT INTO spend SELECT 'other', n, 1 FROM generate_series(1, 20000) AS n;
    INSERT INTO unlisted_reply SELECT 'other', md5(n::text), 'x', 1, n, n
    FROM generate_series(1, 20000) AS n;
    INSERT INTO chain SELECT 1, decode(repeat('00', 32), 'hex'), sha256('x'), max(event.sequence),
        (SELECT coalesce(max(sequence), 0) FROM fact), 1 FROM event;
    DO $$ DECLARE one text; BEGIN
        FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'ppob' LOOP
            EXECUTE format('ALTER TABLE %I ENABLE TRIGGER USER', one);
        END LOOP;
    END $$;
    ANALYZE";

/// How many rows were read by going through a table, and how many entries of indexes.
async fn reads(client: &Client) -> (Vec<String>, i64) {
    let through = "SELECT relname || ' ' || seq_tup_read FROM pg_stat_user_tables
        WHERE schemaname = 'ppob' AND seq_tup_read > 1000 ORDER BY relname";
    let through = client.query(through, &[]).await.unwrap();
    let entries = "SELECT coalesce(sum(idx_tup_read), 0)::bigint FROM pg_stat_user_indexes
        WHERE schemaname = 'ppob'";
    let entries = client.query_one(entries, &[]).await.unwrap().get(0);
    (through.iter().map(|row| row.get(0)).collect(), entries)
}

#[tokio::test]
async fn no_write_goes_through_a_table_or_an_index() {
    let place = Place::opened_once();
    let client = place.client().await;
    client.batch_execute(ROWS).await.unwrap();
    // What a session has counted is told when it ends.
    drop(client);
    let journal = Arc::new(place.open().await);
    let client = place.client().await;
    let alone = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = '' AND pid <> pg_backend_pid()";
    while client.query_one(alone, &[]).await.unwrap().get::<_, i64>(0) > 0 {}
    client.query_one("SELECT pg_stat_reset()", &[]).await.unwrap();
    let told = canary::tell(Arc::clone(&journal) as Arc<dyn Journal>).await;
    let refused = told.first().unwrap();
    let stripped = journal.strip(refused, Retention::NoPersonalData).await.unwrap();
    assert!(matches!(stripped, Stripped::Done(_)), "{stripped:?}");
    journal.close().await.unwrap();
    drop(journal);
    let left = "SELECT count(*) FROM pg_stat_activity
        WHERE datname = current_database() AND application_name = 'ppob'";
    while client.query_one(left, &[]).await.unwrap().get::<_, i64>(0) > 0 {}
    let (through, entries) = reads(&client).await;
    assert_eq!(through, [] as [String; 0]);
    assert!((100..5_000).contains(&entries), "{entries}");
}
