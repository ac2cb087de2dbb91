//! What the database itself does with two durable transactions per payment, written by hand and without
//! anything that keeps money safe.

use std::fs;

use ppob_test_postgres::{Cluster, Database, program, psql};

use crate::Result;

const TABLES: &str = "
    CREATE TABLE payment (
        id bigint PRIMARY KEY, state text NOT NULL, request text NOT NULL, value text NOT NULL
    );
    CREATE TABLE attempt (payment_id bigint, number int, state text, PRIMARY KEY (payment_id, number));
    CREATE TABLE guard (customer bigint PRIMARY KEY, payment_id bigint NOT NULL)";

/// Three rows, durable; then two changes and a deletion, durable.
const SCRIPT: &str = r"\set id random(1, 9000000000000000)
BEGIN;
INSERT INTO payment VALUES (:id, 'PROCESSING', repeat('r', 900), repeat('v', 1100));
INSERT INTO attempt VALUES (:id, 1, 'sending');
INSERT INTO guard VALUES (:id, :id);
COMMIT;
BEGIN;
UPDATE payment SET state = 'SUCCEEDED', value = repeat('w', 2000) WHERE id = :id;
UPDATE attempt SET state = 'succeeded' WHERE payment_id = :id AND number = 1;
DELETE FROM guard WHERE customer = :id;
COMMIT;
";

/// Payments per second.
pub(crate) fn pgbench(cluster: &Cluster, in_flight: usize, count: usize) -> Result<f64> {
    let database = Database::fresh_on(&cluster.url())?;
    let url = database.url();
    psql(&url, TABLES)?;
    let directory = tempfile::tempdir()?;
    let script = directory.path().join("payment.sql");
    fs::write(&script, SCRIPT)?;
    let each = (count / in_flight).max(1).to_string();
    let clients = in_flight.to_string();
    let threads = in_flight.min(2).to_string();
    let output = program("pgbench")?
        .args(["--no-vacuum", "--protocol=prepared", "--client", &clients, "--jobs", &threads])
        .args(["--transactions", &each, "--file"])
        .arg(&script)
        .arg(&url)
        .output()?;
    let text = String::from_utf8_lossy(&output.stdout);
    let line = text.lines().find(|line| line.starts_with("tps = "));
    let rate = line.and_then(|line| line.split_whitespace().nth(2)?.parse().ok());
    rate.ok_or_else(|| {
        let said = String::from_utf8_lossy(&output.stderr);
        format!("pgbench told no rate: {text}{said}").into()
    })
}
