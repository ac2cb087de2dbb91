//! Every statement reads through an index, whatever grows.

use std::sync::Arc;

use ppob_journal::{AuditFilter, Filter, GuardKey, Page};
use ppob_journal_durable::sealed::Seal;
use ppob_payment::PaymentState;
use ppob_seal::Sealer;
use ppob_test_postgres::Database;
use ppob_types::{ConsumerId, CustomerNumber, Family, ProductCode};
use tokio_postgres::{Client, NoTls};

use super::filters::{audit_sql, list_sql};
use crate::{migrate, sql};

/// So many payments that no planner reads all of them for a few.
const ROWS: &str = "
    DO $$ DECLARE one text; BEGIN
        FOR one IN SELECT tablename FROM pg_tables WHERE schemaname = 'ppob' LOOP
            EXECUTE format('ALTER TABLE %I DISABLE TRIGGER USER', one);
        END LOOP;
    END $$;
    INSERT INTO payment SELECT n, 'shop' || n % 50, 'payment-' || n, 1,
        CASE WHEN n % 100 = 0 THEN 'IN_DOUBT' ELSE 'SUCCEEDED' END, 'PLN' || n % 20,
        md5(n::text), 'pln', 0, 1, n, n, CASE WHEN n % 100 = 0 THEN n END, 20000, 19000,
        sha256(n::text::bytea), 1, 'everything', sha256('request'), sha256('value')
    FROM generate_series(1, 20000) AS n;
    INSERT INTO attempt SELECT n, 1, 'attempt-' || n, 'provider' || n % 5,
        CASE WHEN n % 100 = 0 THEN 'unknown' ELSE 'succeeded' END,
        CASE WHEN n % 100 <> 0 THEN n::text END, n
    FROM generate_series(1, 20000) AS n;
    INSERT INTO event SELECT n, n, 1, 'shop' || n % 50, 'accepted', 'ACCEPTED', n, NULL
    FROM generate_series(1, 20000) AS n;
    INSERT INTO audit SELECT n, 'office', 'sari', NULL, 'AddNote', 'payment/' || n, 'x', '', '', n
    FROM generate_series(1, 20000) AS n;
    INSERT INTO note SELECT n, n, 'office', true, 'sari', 'x', n FROM generate_series(1, 20000) AS n;
    INSERT INTO late_charge SELECT n, n + 1 FROM generate_series(1, 5000) AS n;
    INSERT INTO deposit SELECT 'deposit-' || n, 'provider' || n % 5, 1, n, 'x', 'office', true,
        'sari', n FROM generate_series(1, 20000) AS n;
    INSERT INTO proposal SELECT n, n, 1, 1, 'unknown', 'office', true, 'sari', 'x', n, 'open'
    FROM generate_series(1, 5000) AS n;
    INSERT INTO inquiry SELECT 'shop' || n % 50, 'inquiry-' || n, md5(n::text), n, 'x'
    FROM generate_series(1, 20000) AS n;
    INSERT INTO chain SELECT n, sha256('x'), sha256('x'), n, n, 1 FROM generate_series(1, 20000) AS n;
    ANALYZE;
    SET random_page_cost = 1.1; SET plan_cache_mode = force_generic_plan";

async fn full() -> (Database, Client) {
    let database = Database::fresh().unwrap();
    let url = format!("{} options='-c search_path=ppob -c jit=off'", database.url());
    let (mut client, connection) = tokio_postgres::connect(&url, NoTls).await.unwrap();
    tokio::spawn(connection);
    migrate::migrate(&mut client).await.unwrap();
    client.batch_execute(ROWS).await.unwrap();
    (database, client)
}

/// The plan, whatever the values are.
async fn plan(client: &Client, statement: &str) -> String {
    client.batch_execute("DEALLOCATE ALL").await.unwrap();
    let prepare = format!("PREPARE it AS {statement}");
    client.batch_execute(&prepare).await.unwrap();
    let values =
        "SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = 'it'";
    let values: i32 = client.query_one(values, &[]).await.unwrap().get(0);
    let nulls = vec!["NULL"; usize::try_from(values).unwrap()].join(", ");
    let execute = if values == 0 { "it".to_owned() } else { format!("it({nulls})") };
    let rows = client.simple_query(&format!("EXPLAIN EXECUTE {execute}")).await.unwrap();
    let lines = rows.iter().filter_map(|message| match message {
        tokio_postgres::SimpleQueryMessage::Row(row) => row.get(0).map(str::to_owned),
        _ => None,
    });
    lines.collect::<Vec<_>>().join("\n")
}

async fn reads_by(client: &Client, statement: &str, index: &str, may_sort: bool) {
    let plan = plan(client, statement).await;
    assert!(plan.contains(index), "{statement}\n{plan}");
    assert!(!plan.contains("Seq Scan"), "{statement}\n{plan}");
    assert!(may_sort || !plan.contains("Sort"), "{statement}\n{plan}");
}

#[tokio::test]
async fn every_read_finds_what_it_looks_for_by_an_index() {
    let (_database, client) = full().await;
    statements(&client).await;
    lists(&client).await;
}

async fn statements(client: &Client) {
    for (statement, index) in [
        (sql::PAYMENT_BY_KEY, "payment_consumer_payment_id_key"),
        (sql::PAYMENT_BY_SERIAL, "payment_pkey"),
        (sql::PAYMENT_BY_REFERENCE, "one_payment_per_reference"),
        (sql::OPEN_PAYMENTS, "payment_open"),
        (sql::DUE, "payment_due"),
        (sql::NEXT_DUE, "payment_due"),
        (sql::LATE_CHARGES, "late_charge_pkey"),
        (sql::ATTEMPT_KNOWN, "payment_consumer_payment_id_key"),
        (sql::EVENTS_OF_ALL, "event_pkey"),
        (sql::EVENTS_OF_CONSUMER, "event_of_consumer"),
        (sql::LATEST_CURSOR, "event_pkey"),
        (sql::INQUIRY_GET, "inquiry_pkey"),
        (sql::DEPOSIT_GET, "deposit_pkey"),
        (sql::DEPOSITS, "deposit_of_provider"),
        (sql::CHAIN_HEAD, "chain_pkey"),
    ] {
        reads_by(client, statement, index, false).await;
    }
    // Few rows are sorted.
    for (statement, index) in [
        (sql::PAYMENTS_OF, "payment_of_customer"),
        (sql::PAYMENTS_OF_PROVIDER, "attempt_of_provider"),
        (sql::STRIPPABLE, "payment_ended"),
        (sql::NOTES_OF_PAYMENT, "note_of_payment"),
        (sql::PROPOSALS_OF_PAYMENT, "proposal"),
    ] {
        reads_by(client, statement, index, true).await;
    }
}

/// Of a list it is the one that fits its filter.
async fn lists(client: &Client) {
    let seal = Seal::new(Arc::new(Sealer::generate().unwrap()));
    let page = Page { before_serial: Some(1_000), limit: 50 };
    let consumer = Filter { consumer: Some(ConsumerId::new("shop").unwrap()), ..Filter::default() };
    let customer = Filter {
        guard: Some(GuardKey {
            product: ProductCode::new("PLN-PREPAID-20000").unwrap(),
            customer: CustomerNumber::parse(Family::PlnPrepaid, "91011121314").unwrap(),
        }),
        ..Filter::default()
    };
    let reviews = Filter { states: vec![PaymentState::InDoubt], ..Filter::default() };
    for (filter, index) in [
        (consumer, "payment_of_consumer"),
        (customer, "payment_of_customer"),
        (reviews, "payment_open"),
        (Filter::default(), "payment_pkey"),
    ] {
        reads_by(client, &list_sql(&seal, &filter, page).0, index, true).await;
    }
    let subject = AuditFilter { subject: Some("provider/a".to_owned()), ..AuditFilter::default() };
    for (filter, index) in [(subject, "audit_of_subject"), (AuditFilter::default(), "audit_pkey")] {
        reads_by(client, &audit_sql(&filter).0, index, false).await;
    }
}
