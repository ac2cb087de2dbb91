//! The migrations, and every statement.

/// In their order; the schema's version is the number of the last one.
pub(crate) const MIGRATIONS: &[&str] = &[
    include_str!("../migrations/0001_tables.sql"),
    include_str!("../migrations/0002_rules.sql"),
    include_str!("../migrations/0003_chain.sql"),
    include_str!("../migrations/0004_write.sql"),
    include_str!("../migrations/0005_batch.sql"),
    include_str!("../migrations/0006_arrival.sql"),
];

/// The columns of a payment's row.
macro_rules! payment {
    ($rest:literal) => {
        concat!(
            "SELECT serial, consumer, payment_id, version, updated_at, request, value FROM payment ",
            $rest
        )
    };
}

/// The columns of an event's row.
macro_rules! event {
    ($rest:literal) => {
        concat!(
            "SELECT event.sequence, event.consumer, payment.payment_id, event.version, event.kind, \
             event.state, event.at FROM event JOIN payment ON payment.serial = event.payment_serial ",
            $rest
        )
    };
}

pub(crate) const WRITE: &str =
    "SELECT place, failure, word, consumer, id, number, version, at, recorded, bytes
    FROM write($1, $2, $3, $4, $5, $6, $7, $8, $9)";

/// Holds for this connection what it has found.
pub(crate) const KEEP_DURABLE: &str = "SELECT set_config(name, current_setting(name), false)
    FROM (VALUES ('synchronous_commit')) AS durable (name)";

pub(crate) const PAYMENT_COLUMNS: &str = payment!("");
pub(crate) const PAYMENT_BY_KEY: &str = payment!("WHERE consumer = $1 AND payment_id = $2");
pub(crate) const PAYMENT_BY_SERIAL: &str = payment!("WHERE serial = $1");
pub(crate) const PAYMENT_BY_REFERENCE: &str = payment!(
    "WHERE serial = (
        SELECT payment_serial FROM attempt WHERE provider = $1 AND settled_reference = $2
    )"
);
pub(crate) const OPEN_PAYMENTS: &str = payment!(
    "WHERE state NOT IN ('SUCCEEDED', 'FAILED', 'REVERSED') AND serial > $1
    ORDER BY serial LIMIT $2"
);
pub(crate) const DUE: &str = payment!(
    "WHERE next_check_at IS NOT NULL AND next_check_at <= $1 ORDER BY next_check_at, serial LIMIT $2"
);
pub(crate) const PAYMENTS_OF: &str =
    payment!("WHERE customer_index = ANY ($1) AND serial < $2 ORDER BY serial DESC LIMIT $3");
pub(crate) const PAYMENTS_OF_PROVIDER: &str = payment!(
    "WHERE serial IN (
        SELECT payment_serial FROM attempt
        WHERE provider = $1 AND begun_at >= $2 AND begun_at < $3 AND payment_serial > $4
    )
    ORDER BY serial LIMIT $5"
);
pub(crate) const STRIPPABLE: &str = payment!(
    "WHERE state IN ('SUCCEEDED', 'FAILED', 'REVERSED') AND next_check_at IS NULL
        AND retention = ANY ($1) AND updated_at < $2
    LIMIT $3"
);
pub(crate) const LATE_CHARGES: &str = payment!(
    "JOIN late_charge ON late_charge.payment_serial = payment.serial
    WHERE late_charge.payment_serial > $1
        AND NOT EXISTS (
            SELECT FROM note
            WHERE note.payment_serial = late_charge.payment_serial AND note.at >= late_charge.found_at
        )
    ORDER BY late_charge.payment_serial LIMIT $2"
);
/// Whether an attempt is there.
pub(crate) const ATTEMPT_KNOWN: &str = "SELECT EXISTS (
    SELECT FROM payment JOIN attempt ON payment_serial = serial
    WHERE consumer = $1 AND payment_id = $2 AND attempt_id = $3
)";
pub(crate) const NEXT_DUE: &str =
    "SELECT min(next_check_at) FROM payment WHERE next_check_at IS NOT NULL";

pub(crate) const EVENTS_OF_ALL: &str =
    event!("WHERE event.sequence > $1 ORDER BY event.sequence LIMIT $2");
/// In words that only the index of the consumer understands: all events would be gone through for a
/// consumer that has few.
pub(crate) const EVENTS_OF_CONSUMER: &str = event!(
    "WHERE (event.consumer, event.sequence) > ($3, $1) AND event.consumer = $3
    ORDER BY event.consumer, event.sequence LIMIT $2"
);
pub(crate) const LATEST_CURSOR: &str = "SELECT coalesce(max(sequence), 0) FROM event";

pub(crate) const INQUIRY_GET: &str =
    "SELECT value FROM inquiry WHERE consumer = $1 AND inquiry_id = $2";
pub(crate) const DOCUMENT_GET: &str = "SELECT content FROM document WHERE name = $1";
pub(crate) const UNLISTED_REPLIES: &str =
    "SELECT provider, text_index, text, count, first_at, last_at FROM unlisted_reply
    WHERE $1::text IS NULL OR provider = $1
    ORDER BY count DESC, provider, first_at, text_index
    LIMIT $2";

pub(crate) const AUDIT_COLUMNS: &str = "SELECT sequence, operator, actor, second_actor, action, subject, reason, before, after, at \
     FROM audit";
pub(crate) const DEPOSIT_GET: &str =
    "SELECT deposit_id, provider, amount, credited_at, reference, operator, proven, actor, recorded_at
    FROM deposit WHERE deposit_id = $1";
pub(crate) const DEPOSITS: &str =
    "SELECT deposit_id, provider, amount, credited_at, reference, operator, proven, actor, recorded_at
    FROM deposit WHERE provider = $1 AND credited_at >= $2
    ORDER BY credited_at, deposit_id
    LIMIT $3";
pub(crate) const NOTES_OF_PAYMENT: &str = "SELECT operator, proven, actor, text, at FROM note
    WHERE payment_serial = (SELECT serial FROM payment WHERE consumer = $1 AND payment_id = $2)
    ORDER BY sequence";
pub(crate) const PROPOSALS_OF_PAYMENT: &str =
    "SELECT number, attempt, version, facts, operator, proven, actor, evidence, at FROM proposal
    WHERE payment_serial = (SELECT serial FROM payment WHERE consumer = $1 AND payment_id = $2)
        AND state = 'open'
    ORDER BY attempt";

pub(crate) const SCHEMA_VERSION: &str = "SELECT coalesce(max(version), 0) FROM schema_version";
/// How many payments there are, and how many of them are open.
pub(crate) const COUNTED: &str = "SELECT count(*),
    count(*) FILTER (WHERE state NOT IN ('SUCCEEDED', 'FAILED', 'REVERSED'))
    FROM payment";
pub(crate) const SEALED_KEYS: &str =
    "SELECT number, master, wrapped FROM sealed_key ORDER BY number";
pub(crate) const SEALED_KEY_PUT: &str =
    "INSERT INTO sealed_key (number, master, wrapped) VALUES ($1, $2, $3)
    ON CONFLICT (number) DO UPDATE SET master = excluded.master, wrapped = excluded.wrapped";
pub(crate) const IDENTITY: &str = "SELECT journal FROM identity";
/// By the clock, so that an opening that a database has forgotten is not counted again.
pub(crate) const EPOCH: &str = "UPDATE meta
    SET value = greatest(value + 1, (extract(epoch FROM clock_timestamp()) * 1000)::bigint)
    WHERE name = 'owner_epoch' RETURNING value";
pub(crate) const HIGH_WATER: &str = "SELECT value FROM meta WHERE name = 'time_high_water'";
pub(crate) const CHAIN_HEAD: &str = "SELECT number, hash FROM chain ORDER BY number DESC LIMIT 1";
pub(crate) const SENDS_COVERED: &str = "SELECT covered FROM send_journal WHERE name = $1";

/// Where the journal came from, and whether it may be opened.
pub(crate) const ARRIVAL: &str = "SELECT source, is_done FROM arrival";
pub(crate) const ARRIVE: &str = "INSERT INTO arrival (source, at, is_done) VALUES ($1, $2, false)";
pub(crate) const ARRIVED: &str = "UPDATE arrival SET is_done = true WHERE NOT is_done";
pub(crate) const SENDS_BEGIN: &str = "INSERT INTO send_journal (name, covered) VALUES ($1, $2)";
