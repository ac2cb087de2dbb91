-- The journal's first schema. Moments are microseconds since 1970-01-01T00:00:00Z, money is whole
-- rupiah. What only the machine reads is JSON (`request`, `value`); what constraints and queries need
-- stands in columns of its own. A rule that keeps money safe is a constraint here, whatever the code
-- above does.

-- "PPOB"
PRAGMA application_id = 1347440450;

CREATE TABLE schema_version (
    version INTEGER NOT NULL
) STRICT;
INSERT INTO schema_version VALUES (0);

CREATE TABLE meta (
    name TEXT NOT NULL PRIMARY KEY CHECK (name IN ('owner_epoch', 'last_serial', 'time_high_water')),
    value INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
INSERT INTO meta VALUES ('owner_epoch', 0), ('last_serial', 0), ('time_high_water', 0);

CREATE TRIGGER meta_never_falls BEFORE UPDATE ON meta WHEN NEW.value < OLD.value
BEGIN SELECT RAISE(ABORT, 'a high-water mark would fall'); END;

CREATE TABLE payment (
    serial INTEGER NOT NULL PRIMARY KEY CHECK (serial > 0),
    consumer TEXT NOT NULL,
    payment_id TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    state TEXT NOT NULL
        CHECK (state IN ('ACCEPTED', 'PROCESSING', 'IN_DOUBT', 'SUCCEEDED', 'FAILED', 'REVERSED')),
    product TEXT NOT NULL,
    customer TEXT NOT NULL,
    family TEXT NOT NULL,
    repeat INTEGER NOT NULL CHECK (repeat >= 0),
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    accepted_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    next_check_at INTEGER,
    total INTEGER,
    cost INTEGER,
    fingerprint BLOB NOT NULL CHECK (length(fingerprint) = 32),
    request TEXT NOT NULL,
    value TEXT NOT NULL,
    UNIQUE (consumer, payment_id)
) STRICT;

CREATE INDEX payment_of_consumer ON payment (consumer, serial);
CREATE INDEX payment_of_customer ON payment (product, customer, serial);
CREATE INDEX payment_open ON payment (serial)
    WHERE state NOT IN ('SUCCEEDED', 'FAILED', 'REVERSED');
CREATE INDEX payment_due ON payment (next_check_at, serial) WHERE next_check_at IS NOT NULL;

CREATE TRIGGER payment_stays BEFORE DELETE ON payment
BEGIN SELECT RAISE(ABORT, 'a payment would be deleted'); END;

CREATE TRIGGER payment_is_one_request BEFORE UPDATE OF
    serial, consumer, payment_id, product, customer, family, repeat, accepted_at, fingerprint, request
    ON payment
BEGIN SELECT RAISE(ABORT, 'what was asked for would change'); END;

CREATE TRIGGER payment_version_rises BEFORE UPDATE ON payment WHEN NEW.version <> OLD.version + 1
BEGIN SELECT RAISE(ABORT, 'the version of a payment would not rise by one'); END;

-- Told once, told for ever: state and money of what ended stay, but a success may be reversed.
CREATE TRIGGER payment_end_stays BEFORE UPDATE OF state, total, cost ON payment
WHEN OLD.state IN ('SUCCEEDED', 'FAILED', 'REVERSED')
    AND NOT (
        (NEW.state = OLD.state OR (OLD.state = 'SUCCEEDED' AND NEW.state = 'REVERSED'))
        AND NEW.total IS OLD.total
        AND NEW.cost IS OLD.cost
    )
BEGIN SELECT RAISE(ABORT, 'the outcome of a payment that ended would change'); END;

CREATE TRIGGER payment_fails_without_live_attempt BEFORE UPDATE OF state ON payment
WHEN NEW.state = 'FAILED'
    AND EXISTS (
        SELECT 1 FROM attempt
        WHERE payment_serial = NEW.serial
            AND state NOT IN ('not_sent', 'rejected', 'not_executed')
    )
BEGIN SELECT RAISE(ABORT, 'a payment failed while an attempt is alive'); END;

CREATE TRIGGER payment_keeps_attempts BEFORE UPDATE OF attempts ON payment
WHEN NEW.attempts < OLD.attempts
BEGIN SELECT RAISE(ABORT, 'an attempt that was recorded is missing from the payment''s new value'); END;

-- `number` is the attempt's place in the payment, from 1.
CREATE TABLE attempt (
    payment_serial INTEGER NOT NULL REFERENCES payment (serial),
    number INTEGER NOT NULL CHECK (number >= 1),
    attempt_id TEXT NOT NULL,
    provider TEXT NOT NULL,
    state TEXT NOT NULL
        CHECK (state IN (
            'sending', 'pending', 'unknown', 'succeeded', 'not_sent', 'rejected', 'not_executed'
        )),
    -- The provider's reference, once this attempt is known to have paid.
    settled_reference TEXT,
    PRIMARY KEY (payment_serial, number)
) STRICT, WITHOUT ROWID;

-- P1: at most one attempt of a payment that is not provably dead.
CREATE UNIQUE INDEX one_live_attempt ON attempt (payment_serial)
    WHERE state NOT IN ('not_sent', 'rejected', 'not_executed');
-- One reference of one provider settles one payment.
CREATE UNIQUE INDEX one_payment_per_reference ON attempt (provider, settled_reference)
    WHERE settled_reference IS NOT NULL;

CREATE TRIGGER attempt_end_stays BEFORE UPDATE OF state ON attempt
WHEN OLD.state IN ('succeeded', 'not_sent', 'rejected', 'not_executed') AND NEW.state <> OLD.state
BEGIN SELECT RAISE(ABORT, 'the outcome of an attempt that ended would change'); END;

CREATE TRIGGER attempt_is_one_try BEFORE UPDATE ON attempt
WHEN NEW.payment_serial <> OLD.payment_serial
    OR NEW.number <> OLD.number
    OR NEW.attempt_id <> OLD.attempt_id
    OR NEW.provider <> OLD.provider
BEGIN SELECT RAISE(ABORT, 'another attempt would take the place of a recorded one'); END;

CREATE TRIGGER attempt_stays BEFORE DELETE ON attempt
BEGIN SELECT RAISE(ABORT, 'an attempt would be deleted'); END;

-- P6: one open payment per product and customer, whoever asks.
CREATE TABLE guard (
    product TEXT NOT NULL,
    customer TEXT NOT NULL,
    payment_serial INTEGER NOT NULL REFERENCES payment (serial),
    PRIMARY KEY (product, customer)
) STRICT, WITHOUT ROWID;

-- The latest success per product and customer, for the duplicate window.
CREATE TABLE success (
    product TEXT NOT NULL,
    customer TEXT NOT NULL,
    repeat INTEGER NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (product, customer)
) STRICT, WITHOUT ROWID;

-- Ids that were abandoned before they became a payment.
CREATE TABLE buried (
    consumer TEXT NOT NULL,
    payment_id TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (consumer, payment_id)
) STRICT, WITHOUT ROWID;

CREATE TRIGGER buried_stays BEFORE DELETE ON buried
BEGIN SELECT RAISE(ABORT, 'a tombstone would be deleted'); END;

-- One row per change of a payment; the payment's id is read from `payment`.
CREATE TABLE event (
    sequence INTEGER NOT NULL PRIMARY KEY,
    payment_serial INTEGER NOT NULL REFERENCES payment (serial),
    version INTEGER NOT NULL,
    consumer TEXT NOT NULL,
    kind TEXT NOT NULL
        CHECK (kind IN (
            'accepted', 'attempt-begun', 'answered', 'reported', 'recovered', 'gave-up',
            'abandoned', 'resolved', 'reversed'
        )),
    state TEXT NOT NULL
        CHECK (state IN ('ACCEPTED', 'PROCESSING', 'IN_DOUBT', 'SUCCEEDED', 'FAILED', 'REVERSED')),
    at INTEGER NOT NULL,
    UNIQUE (payment_serial, version)
) STRICT;

CREATE INDEX event_of_consumer ON event (consumer, sequence);

CREATE TRIGGER event_is_not_changed BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'an event would be changed'); END;
CREATE TRIGGER event_stays BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'an event would be deleted'); END;

CREATE TABLE inquiry (
    consumer TEXT NOT NULL,
    inquiry_id TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    value TEXT NOT NULL,
    PRIMARY KEY (consumer, inquiry_id)
) STRICT;

CREATE INDEX inquiry_by_end ON inquiry (expires_at);

CREATE TABLE document (
    name TEXT NOT NULL PRIMARY KEY,
    json TEXT NOT NULL
) STRICT;

CREATE TABLE unlisted_reply (
    provider TEXT NOT NULL,
    text TEXT NOT NULL,
    count INTEGER NOT NULL CHECK (count >= 1),
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (provider, text)
) STRICT, WITHOUT ROWID;

CREATE TABLE audit (
    sequence INTEGER NOT NULL PRIMARY KEY,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    consumer TEXT,
    payment_id TEXT,
    reason TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'an entry of the audit trail would be changed'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'an entry of the audit trail would be deleted'); END;
