//! A database for each test.

use std::io::{BufRead as _, BufReader, Write as _};
use std::process::Stdio;

use ppob_test_postgres::{Database, program, psql};

const TABLES: &str = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'";

#[test]
fn a_fresh_database_is_empty_and_the_tables_of_another_one_are_not_seen() {
    let (one, other) = (Database::fresh().unwrap(), Database::fresh().unwrap());
    psql(&one.url(), "CREATE TABLE mine (n int); INSERT INTO mine VALUES (7)").unwrap();
    assert_eq!(psql(&one.url(), "SELECT n FROM mine").unwrap(), "7");
    assert_eq!(psql(&one.url(), TABLES).unwrap(), "1");
    assert_eq!(psql(&other.url(), TABLES).unwrap(), "0");
    let unseen = psql(&other.url(), "SELECT n FROM mine").unwrap_err().to_string();
    assert!(unseen.contains("does not exist"), "{unseen}");
    assert_eq!(psql(&other.url(), "SELECT current_database()").unwrap(), other.name());
}

#[test]
fn a_dropped_database_is_gone_though_somebody_is_still_connected() {
    let (kept, dropped) = (Database::fresh().unwrap(), Database::fresh().unwrap());
    let found = format!("SELECT count(*) FROM pg_database WHERE datname = '{}'", dropped.name());
    assert_eq!(psql(&kept.url(), &found).unwrap(), "1");
    let mut connected = program("psql")
        .unwrap()
        .args(["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", &dropped.url()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut told = BufReader::new(connected.stdout.take().unwrap()).lines();
    let mut asked = connected.stdin.take().unwrap();
    asked.write_all(b"SELECT 'here';\n").unwrap();
    assert_eq!(told.next().unwrap().unwrap(), "here");

    drop(dropped);
    assert_eq!(psql(&kept.url(), &found).unwrap(), "0");
    drop(asked);
    connected.wait().unwrap();
}

#[test]
fn a_database_has_the_encoding_and_the_order_of_every_other_one() {
    let database = Database::fresh().unwrap();
    let sql = "SELECT pg_encoding_to_char(encoding), datcollate FROM pg_database \
               WHERE datname = current_database()";
    assert_eq!(psql(&database.url(), sql).unwrap(), "UTF8|C");
}
