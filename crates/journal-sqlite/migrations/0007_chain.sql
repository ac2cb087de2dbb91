-- What was ever written can be held against a chain of hashes: whoever changes or removes a row with
-- other tools than the program is found out (`ppob audit verify`). Each commit that adds to `event` or
-- `fact` adds one row to `chain`, over all that it added. Nothing is hashed that is sealed anew by a new
-- key, or goes with personal data. The function `digest` (SHA-256 over its arguments) is given by the
-- program.

-- What stays of a payment and its attempts, as of its version. `attempts` are in the order of the numbers.
CREATE VIEW payment_digest (serial, digest) AS
SELECT
    payment.serial,
    digest(
        payment.serial, payment.consumer, payment.payment_id, payment.product, payment.family,
        payment.repeat, payment.accepted_at, payment.fingerprint_index, payment.version,
        payment.state, payment.total, payment.cost, payment.attempts,
        (
            SELECT json_group_array(
                json_array(
                    tried.number, tried.attempt_id, tried.provider, tried.state,
                    tried.settled_reference
                )
            )
            FROM (
                SELECT * FROM attempt WHERE attempt.payment_serial = payment.serial
                ORDER BY attempt.number
            ) AS tried
        )
    )
FROM payment;

-- The payment's digest as the event left it. Of events before this step only the newest of each payment
-- has one.
ALTER TABLE event ADD COLUMN digest BLOB CHECK (length(digest) = 32);
DROP TRIGGER event_is_not_changed;
UPDATE event SET digest = (
    SELECT payment_digest.digest FROM payment_digest WHERE payment_digest.serial = payment_serial
)
WHERE version = (SELECT payment.version FROM payment WHERE payment.serial = payment_serial);
CREATE TRIGGER event_is_not_changed BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'an event would be changed'); END;

-- That this journal came out of a backup. Unlike the mark in the file, it stays.
CREATE TABLE restore (
    restored_at INTEGER NOT NULL PRIMARY KEY,
    taken_at INTEGER NOT NULL
) STRICT;
CREATE TRIGGER restore_is_not_changed BEFORE UPDATE ON restore
BEGIN SELECT RAISE(ABORT, 'a restore would be changed'); END;
CREATE TRIGGER restore_stays BEFORE DELETE ON restore
BEGIN SELECT RAISE(ABORT, 'a restore would be forgotten'); END;

-- Everything else that is only ever added, or ends once: one row for each time a row was written, with
-- the digest of what stays of it. The newest of a subject is what must stand there now.
CREATE TABLE fact (
    sequence INTEGER NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL,
    subject TEXT NOT NULL,
    digest BLOB NOT NULL CHECK (length(digest) = 32)
) STRICT;
CREATE INDEX fact_of_subject ON fact (kind, subject, sequence);
CREATE TRIGGER fact_is_not_changed BEFORE UPDATE ON fact
BEGIN SELECT RAISE(ABORT, 'a fact would be changed'); END;
CREATE TRIGGER fact_stays BEFORE DELETE ON fact
BEGIN SELECT RAISE(ABORT, 'a fact would be deleted'); END;

-- What stands there now. The triggers below compute the same for one row.
CREATE VIEW standing_fact (kind, subject, digest) AS
SELECT
    'audit', CAST(sequence AS TEXT),
    digest(sequence, operator, actor, second_actor, action, subject, before, after, at)
FROM audit
UNION ALL
SELECT 'note', CAST(sequence AS TEXT), digest(sequence, payment_serial, operator, proven, actor, at)
FROM note
UNION ALL
SELECT
    'deposit', deposit_id,
    digest(deposit_id, provider, amount, credited_at, operator, proven, actor, recorded_at)
FROM deposit
UNION ALL
SELECT
    'proposal', CAST(number AS TEXT),
    digest(
        number, payment_serial, attempt, version, facts, operator, proven, actor, at, state,
        second_operator, second_proven, second_actor, ended_at
    )
FROM proposal
UNION ALL
SELECT 'buried', consumer || '/' || payment_id, digest(consumer, payment_id, at)
FROM buried
UNION ALL
SELECT 'late_charge', CAST(payment_serial AS TEXT), digest(payment_serial, found_at)
FROM late_charge
UNION ALL
SELECT 'restore', CAST(restored_at AS TEXT), digest(restored_at, taken_at)
FROM restore;

CREATE TRIGGER audit_is_a_fact AFTER INSERT ON audit
BEGIN
    INSERT INTO fact (kind, subject, digest) VALUES (
        'audit', CAST(NEW.sequence AS TEXT),
        digest(
            NEW.sequence, NEW.operator, NEW.actor, NEW.second_actor, NEW.action, NEW.subject,
            NEW.before, NEW.after, NEW.at
        )
    );
END;
CREATE TRIGGER note_is_a_fact AFTER INSERT ON note
BEGIN
    INSERT INTO fact (kind, subject, digest) VALUES (
        'note', CAST(NEW.sequence AS TEXT),
        digest(NEW.sequence, NEW.payment_serial, NEW.operator, NEW.proven, NEW.actor, NEW.at)
    );
END;
CREATE TRIGGER deposit_is_a_fact AFTER INSERT ON deposit
BEGIN
    INSERT INTO fact (kind, subject, digest) VALUES (
        'deposit', NEW.deposit_id,
        digest(
            NEW.deposit_id, NEW.provider, NEW.amount, NEW.credited_at, NEW.operator, NEW.proven,
            NEW.actor, NEW.recorded_at
        )
    );
END;
CREATE TRIGGER proposal_is_a_fact AFTER INSERT ON proposal
BEGIN
    INSERT INTO fact (kind, subject, digest) VALUES (
        'proposal', CAST(NEW.number AS TEXT),
        digest(
            NEW.number, NEW.payment_serial, NEW.attempt, NEW.version, NEW.facts, NEW.operator,
            NEW.proven, NEW.actor, NEW.at, NEW.state, NEW.second_operator, NEW.second_proven,
            NEW.second_actor, NEW.ended_at
        )
    );
END;
CREATE TRIGGER end_of_proposal_is_a_fact AFTER UPDATE OF state ON proposal
BEGIN
    INSERT INTO fact (kind, subject, digest) VALUES (
        'proposal', CAST(NEW.number AS TEXT),
        digest(
            NEW.number, NEW.payment_serial, NEW.attempt, NEW.version, NEW.facts, NEW.operator,
            NEW.proven, NEW.actor, NEW.at, NEW.state, NEW.second_operator, NEW.second_proven,
            NEW.second_actor, NEW.ended_at
        )
    );
END;
CREATE TRIGGER buried_is_a_fact AFTER INSERT ON buried
BEGIN
    INSERT INTO fact (kind, subject, digest) VALUES (
        'buried', NEW.consumer || '/' || NEW.payment_id,
        digest(NEW.consumer, NEW.payment_id, NEW.at)
    );
END;
CREATE TRIGGER late_charge_is_a_fact AFTER INSERT ON late_charge
BEGIN
    INSERT INTO fact (kind, subject, digest) VALUES (
        'late_charge', CAST(NEW.payment_serial AS TEXT), digest(NEW.payment_serial, NEW.found_at)
    );
END;
CREATE TRIGGER later_charge_is_a_fact AFTER UPDATE ON late_charge
WHEN NEW.found_at <> OLD.found_at
BEGIN
    INSERT INTO fact (kind, subject, digest) VALUES (
        'late_charge', CAST(NEW.payment_serial AS TEXT), digest(NEW.payment_serial, NEW.found_at)
    );
END;
CREATE TRIGGER restore_is_a_fact AFTER INSERT ON restore
BEGIN
    INSERT INTO fact (kind, subject, digest) VALUES (
        'restore', CAST(NEW.restored_at AS TEXT), digest(NEW.restored_at, NEW.taken_at)
    );
END;

INSERT INTO fact (kind, subject, digest) SELECT kind, subject, digest FROM standing_fact;

-- One row per commit that added something: the hash covers the one before, the events up to `last_event`
-- and the facts up to `last_fact` that the one before did not cover. The first one covers what stood
-- there before there was a chain.
CREATE TABLE chain (
    number INTEGER NOT NULL PRIMARY KEY CHECK (number >= 1),
    previous BLOB NOT NULL CHECK (length(previous) = 32),
    hash BLOB NOT NULL CHECK (length(hash) = 32),
    last_event INTEGER NOT NULL CHECK (last_event >= 0),
    last_fact INTEGER NOT NULL CHECK (last_fact >= 0),
    at INTEGER NOT NULL
) STRICT;
CREATE TRIGGER chain_goes_on BEFORE INSERT ON chain
WHEN NEW.number <> coalesce((SELECT max(number) FROM chain), 0) + 1
    OR NEW.previous IS NOT coalesce(
        (SELECT hash FROM chain WHERE number = NEW.number - 1), zeroblob(32)
    )
BEGIN SELECT RAISE(ABORT, 'the chain of hashes would be broken'); END;
CREATE TRIGGER chain_is_not_changed BEFORE UPDATE ON chain
BEGIN SELECT RAISE(ABORT, 'the chain of hashes would be changed'); END;
CREATE TRIGGER chain_stays BEFORE DELETE ON chain
BEGIN SELECT RAISE(ABORT, 'the chain of hashes would be cut'); END;

-- Every send in segments of the send journal below this number is known here.
CREATE TABLE send_journal (
    covered INTEGER NOT NULL
) STRICT;
INSERT INTO send_journal VALUES (0);
CREATE TRIGGER send_journal_covered_rises BEFORE UPDATE ON send_journal
WHEN NEW.covered < OLD.covered
BEGIN SELECT RAISE(ABORT, 'what is known of the send journal would fall'); END;
CREATE TRIGGER send_journal_stays BEFORE DELETE ON send_journal
BEGIN SELECT RAISE(ABORT, 'what is known of the send journal would fall'); END;
