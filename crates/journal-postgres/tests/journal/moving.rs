//! What moves here from a journal in a file.

use std::collections::BTreeSet;

use ppob_journal_durable::moving::{Kind, TABLES};

use crate::support::Place;

/// What each end keeps in its own way.
const OWN: [&str; 4] = ["arrival", "identity", "schema_version", "send_journal"];

#[tokio::test]
async fn every_column_of_the_schema_moves_with_its_kind() {
    let place = Place::opened_once();
    let client = place.client().await;
    let columns = "SELECT columns.table_name::text, column_name::text, data_type::text
        FROM information_schema.columns
        JOIN information_schema.tables USING (table_schema, table_name)
        WHERE table_schema = 'ppob' AND table_type = 'BASE TABLE'";
    let mut there = BTreeSet::new();
    for row in client.query(columns, &[]).await.unwrap() {
        let [table, column, kind] = [0, 1, 2].map(|index| row.get::<_, String>(index));
        if !OWN.contains(&table.as_str()) {
            there.insert(format!("{table}.{column} {kind}"));
        }
    }
    let kind = |kind| match kind {
        Kind::Integer => "bigint",
        Kind::Flag => "boolean",
        Kind::Text => "text",
        Kind::Bytes => "bytea",
    };
    let mut moves = BTreeSet::new();
    for table in &TABLES {
        for column in table.columns {
            moves.insert(format!("{}.{} {}", table.name, column.name, kind(column.kind)));
        }
    }
    assert_eq!(there, moves);
}
