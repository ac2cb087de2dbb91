-- Nobody who opens this file sees a customer. What tells about one is sealed (authenticated
-- encryption, for its column and row), and found again by a blind index, which nobody without the key
-- can compute. Nothing here is plain that could be guessed back: the fingerprint of a request is keyed
-- too. The functions `seal…`, `blind_…` and `keyed_…` are given by the program; `sealed_alike` says
-- whether two sealed texts hold the same, so that the rules below bind also whoever seals anew.

-- The file is to be rewritten once this is committed, so that no page keeps what was plain.
PRAGMA user_version = 1;

-- The keys that seal (from 1) and the key of blind indexes (0), wrapped by a master key that is kept
-- elsewhere.
CREATE TABLE sealed_key (
    number INTEGER NOT NULL PRIMARY KEY CHECK (number >= 0),
    master TEXT NOT NULL,
    wrapped BLOB NOT NULL CHECK (length(wrapped) > 32)
) STRICT;

CREATE TABLE sealed_payment (
    serial INTEGER NOT NULL PRIMARY KEY CHECK (serial > 0),
    consumer TEXT NOT NULL,
    payment_id TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version >= 1),
    state TEXT NOT NULL
        CHECK (state IN ('ACCEPTED', 'PROCESSING', 'IN_DOUBT', 'SUCCEEDED', 'FAILED', 'REVERSED')),
    product TEXT NOT NULL,
    customer_index TEXT NOT NULL,
    family TEXT NOT NULL,
    repeat INTEGER NOT NULL CHECK (repeat >= 0),
    attempts INTEGER NOT NULL CHECK (attempts >= 0),
    accepted_at INTEGER NOT NULL,
    updated_at INTEGER NOT NULL,
    next_check_at INTEGER,
    total INTEGER,
    cost INTEGER,
    fingerprint_index BLOB NOT NULL CHECK (length(fingerprint_index) = 32),
    -- How much of it is kept.
    retention TEXT NOT NULL
        CHECK (retention IN ('everything', 'no-raw-answers', 'no-personal-data')),
    -- Sealed: the fingerprint (32 bytes) and the request as JSON.
    request BLOB NOT NULL,
    -- Sealed: what the machine reads, as JSON.
    value BLOB NOT NULL,
    UNIQUE (consumer, payment_id),
    CHECK (length(customer_index) = CASE retention WHEN 'no-personal-data' THEN 0 ELSE 32 END)
) STRICT;

INSERT INTO sealed_payment
SELECT serial, consumer, payment_id, version, state, product, blind_customer(customer), family,
    repeat, attempts, accepted_at, updated_at, next_check_at, total, cost,
    keyed_fingerprint(fingerprint), 'everything',
    seal_request(fingerprint, request, consumer, payment_id),
    seal('payment.value', value, consumer, payment_id)
FROM payment;
DROP TABLE payment;
ALTER TABLE sealed_payment RENAME TO payment;

CREATE INDEX payment_of_consumer ON payment (consumer, serial);
CREATE INDEX payment_of_customer ON payment (customer_index, product, serial);
CREATE INDEX payment_open ON payment (serial)
    WHERE state NOT IN ('SUCCEEDED', 'FAILED', 'REVERSED');
CREATE INDEX payment_open_of_customer ON payment (product, customer_index, serial)
    WHERE state NOT IN ('SUCCEEDED', 'FAILED', 'REVERSED');
CREATE INDEX payment_due ON payment (next_check_at, serial) WHERE next_check_at IS NOT NULL;
-- What may lose its personal data one day.
CREATE INDEX payment_ended ON payment (retention, updated_at)
    WHERE state IN ('SUCCEEDED', 'FAILED', 'REVERSED') AND next_check_at IS NULL;

CREATE TRIGGER payment_stays BEFORE DELETE ON payment
BEGIN SELECT RAISE(ABORT, 'a payment would be deleted'); END;

CREATE TRIGGER payment_is_one_request BEFORE UPDATE OF
    serial, consumer, payment_id, product, family, repeat, accepted_at, fingerprint_index
    ON payment
BEGIN SELECT RAISE(ABORT, 'what was asked for would change'); END;

-- Sealed anew it holds the same; personal data leave it once.
CREATE TRIGGER payment_request_stays BEFORE UPDATE OF customer_index, request ON payment
WHEN NOT (
    (NEW.retention = 'no-personal-data' AND OLD.retention <> 'no-personal-data')
    OR (
        NEW.retention = OLD.retention
        AND NEW.customer_index = OLD.customer_index
        AND sealed_alike('payment.request', OLD.request, NEW.request, OLD.consumer, OLD.payment_id)
    )
)
BEGIN SELECT RAISE(ABORT, 'what was asked for would change'); END;

-- Without a new version only the seal may change, and how much is kept.
CREATE TRIGGER payment_version_rises BEFORE UPDATE ON payment
WHEN NEW.version <> OLD.version + 1
    AND NOT (
        NEW.version = OLD.version
        AND NEW.state = OLD.state
        AND NEW.attempts = OLD.attempts
        AND NEW.updated_at = OLD.updated_at
        AND NEW.next_check_at IS OLD.next_check_at
        AND NEW.total IS OLD.total
        AND NEW.cost IS OLD.cost
    )
BEGIN SELECT RAISE(ABORT, 'the version of a payment would not rise by one'); END;

CREATE TRIGGER payment_value_stays BEFORE UPDATE OF value ON payment
WHEN NEW.version = OLD.version
    AND NEW.retention = OLD.retention
    AND NOT sealed_alike('payment.value', OLD.value, NEW.value, OLD.consumer, OLD.payment_id)
BEGIN SELECT RAISE(ABORT, 'the version of a payment would not rise by one'); END;

-- What is gone is gone, and nothing goes before the payment has ended and awaits nothing.
CREATE TRIGGER payment_retention_falls BEFORE UPDATE OF retention ON payment
WHEN NEW.retention <> OLD.retention
    AND NOT (
        NEW.version = OLD.version
        AND OLD.state IN ('SUCCEEDED', 'FAILED', 'REVERSED')
        AND OLD.next_check_at IS NULL
        AND (OLD.retention = 'everything' OR NEW.retention = 'no-personal-data')
    )
BEGIN SELECT RAISE(ABORT, 'a payment would lose its personal data too early, or regain them'); END;

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

ALTER TABLE guard RENAME COLUMN customer TO customer_index;
UPDATE guard SET customer_index = blind_customer(customer_index);
ALTER TABLE success RENAME COLUMN customer TO customer_index;
UPDATE success SET customer_index = blind_customer(customer_index);

CREATE TABLE sealed_inquiry (
    consumer TEXT NOT NULL,
    inquiry_id TEXT NOT NULL,
    customer_index TEXT NOT NULL,
    expires_at INTEGER NOT NULL,
    -- Sealed.
    value BLOB NOT NULL,
    PRIMARY KEY (consumer, inquiry_id)
) STRICT;
INSERT INTO sealed_inquiry
SELECT consumer, inquiry_id, blind_customer(json_extract(value, '$.purchase.customer')), expires_at,
    seal('inquiry.value', value, consumer, inquiry_id)
FROM inquiry;
DROP TABLE inquiry;
ALTER TABLE sealed_inquiry RENAME TO inquiry;
CREATE INDEX inquiry_by_end ON inquiry (expires_at);
CREATE INDEX inquiry_of_customer ON inquiry (customer_index);

CREATE TABLE sealed_document (
    name TEXT NOT NULL PRIMARY KEY,
    -- Sealed: JSON.
    content BLOB NOT NULL
) STRICT;
INSERT INTO sealed_document SELECT name, seal('document.content', json, name) FROM document;
DROP TABLE document;
ALTER TABLE sealed_document RENAME TO document;

CREATE TABLE sealed_unlisted_reply (
    provider TEXT NOT NULL,
    text_index TEXT NOT NULL CHECK (length(text_index) = 32),
    -- Sealed.
    text BLOB NOT NULL,
    count INTEGER NOT NULL CHECK (count >= 1),
    first_at INTEGER NOT NULL,
    last_at INTEGER NOT NULL,
    PRIMARY KEY (provider, text_index)
) STRICT;
INSERT INTO sealed_unlisted_reply
SELECT provider, blind_reply(text), seal('unlisted_reply.text', text, provider, blind_reply(text)),
    count, first_at, last_at
FROM unlisted_reply;
DROP TABLE unlisted_reply;
ALTER TABLE sealed_unlisted_reply RENAME TO unlisted_reply;

CREATE TABLE sealed_audit (
    sequence INTEGER NOT NULL PRIMARY KEY,
    operator TEXT NOT NULL CHECK (operator <> ''),
    actor TEXT NOT NULL CHECK (trim(actor) <> ''),
    second_actor TEXT
        CHECK (trim(second_actor) <> '' AND lower(trim(second_actor)) <> lower(trim(actor))),
    action TEXT NOT NULL CHECK (action <> ''),
    subject TEXT NOT NULL CHECK (subject <> ''),
    -- Sealed.
    reason BLOB NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
INSERT INTO sealed_audit
SELECT sequence, operator, actor, second_actor, action, subject,
    seal('audit.reason', reason, operator, actor, coalesce(second_actor, ''), action, subject, at),
    before, after, at
FROM audit;
DROP TABLE audit;
ALTER TABLE sealed_audit RENAME TO audit;

CREATE INDEX audit_of_subject ON audit (subject, sequence);

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
WHEN NEW.sequence <> OLD.sequence
    OR NEW.operator <> OLD.operator
    OR NEW.actor <> OLD.actor
    OR NEW.second_actor IS NOT OLD.second_actor
    OR NEW.action <> OLD.action
    OR NEW.subject <> OLD.subject
    OR NEW.before <> OLD.before
    OR NEW.after <> OLD.after
    OR NEW.at <> OLD.at
    OR NOT sealed_alike(
        'audit.reason', OLD.reason, NEW.reason,
        OLD.operator, OLD.actor, coalesce(OLD.second_actor, ''), OLD.action, OLD.subject, OLD.at
    )
BEGIN SELECT RAISE(ABORT, 'an entry of the audit trail would be changed'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'an entry of the audit trail would be deleted'); END;

CREATE TABLE sealed_note (
    sequence INTEGER NOT NULL PRIMARY KEY,
    payment_serial INTEGER NOT NULL REFERENCES payment (serial),
    operator TEXT NOT NULL,
    proven INTEGER NOT NULL CHECK (proven IN (0, 1)),
    actor TEXT NOT NULL CHECK (trim(actor) <> ''),
    -- Sealed; empty once it was erased.
    text BLOB NOT NULL,
    at INTEGER NOT NULL
) STRICT;
INSERT INTO sealed_note
SELECT note.sequence, note.payment_serial, note.operator, note.proven, note.actor,
    seal('note.text', note.text, consumer, payment_id, note.operator, note.actor, note.at),
    note.at
FROM note JOIN payment ON payment.serial = note.payment_serial;
DROP TABLE note;
ALTER TABLE sealed_note RENAME TO note;

CREATE INDEX note_of_payment ON note (payment_serial, sequence);

-- What was written goes with the personal data of its payment; that it was written stays.
CREATE TRIGGER note_is_not_changed BEFORE UPDATE ON note
WHEN NEW.sequence <> OLD.sequence
    OR NEW.payment_serial <> OLD.payment_serial
    OR NEW.operator <> OLD.operator
    OR NEW.proven <> OLD.proven
    OR NEW.actor <> OLD.actor
    OR NEW.at <> OLD.at
    OR NOT (
        (
            length(NEW.text) = 0
            AND (SELECT retention FROM payment WHERE serial = OLD.payment_serial)
                = 'no-personal-data'
        )
        OR sealed_alike(
            'note.text', OLD.text, NEW.text,
            (SELECT consumer FROM payment WHERE serial = OLD.payment_serial),
            (SELECT payment_id FROM payment WHERE serial = OLD.payment_serial),
            OLD.operator, OLD.actor, OLD.at
        )
    )
BEGIN SELECT RAISE(ABORT, 'a note would be changed'); END;
CREATE TRIGGER note_stays BEFORE DELETE ON note
BEGIN SELECT RAISE(ABORT, 'a note would be deleted'); END;

CREATE TABLE sealed_deposit (
    deposit_id TEXT NOT NULL PRIMARY KEY,
    provider TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount <> 0),
    credited_at INTEGER NOT NULL,
    -- Sealed: banks put names of persons in it.
    reference BLOB NOT NULL,
    operator TEXT NOT NULL,
    proven INTEGER NOT NULL CHECK (proven IN (0, 1)),
    actor TEXT NOT NULL CHECK (trim(actor) <> ''),
    recorded_at INTEGER NOT NULL
) STRICT;
INSERT INTO sealed_deposit
SELECT deposit_id, provider, amount, credited_at,
    seal('deposit.reference', reference, deposit_id), operator, proven, actor, recorded_at
FROM deposit;
DROP TABLE deposit;
ALTER TABLE sealed_deposit RENAME TO deposit;

CREATE INDEX deposit_of_provider ON deposit (provider, credited_at, deposit_id);

CREATE TRIGGER deposit_is_not_changed BEFORE UPDATE ON deposit
WHEN NEW.deposit_id <> OLD.deposit_id
    OR NEW.provider <> OLD.provider
    OR NEW.amount <> OLD.amount
    OR NEW.credited_at <> OLD.credited_at
    OR NEW.operator <> OLD.operator
    OR NEW.proven <> OLD.proven
    OR NEW.actor <> OLD.actor
    OR NEW.recorded_at <> OLD.recorded_at
    OR NOT sealed_alike('deposit.reference', OLD.reference, NEW.reference, OLD.deposit_id)
BEGIN SELECT RAISE(ABORT, 'a deposit would be changed'); END;
CREATE TRIGGER deposit_stays BEFORE DELETE ON deposit
BEGIN SELECT RAISE(ABORT, 'a deposit would be deleted'); END;

ALTER TABLE proposal ADD COLUMN sealed_evidence BLOB NOT NULL DEFAULT x'';
UPDATE proposal SET sealed_evidence = (
    SELECT seal('proposal.evidence', evidence, consumer, payment_id, attempt, at)
    FROM payment WHERE payment.serial = proposal.payment_serial
);
ALTER TABLE proposal DROP COLUMN evidence;
-- Sealed; empty once it was erased.
ALTER TABLE proposal RENAME COLUMN sealed_evidence TO evidence;

CREATE TRIGGER proposal_evidence_stays BEFORE UPDATE OF evidence ON proposal
WHEN NOT (
    (
        length(NEW.evidence) = 0
        AND (SELECT retention FROM payment WHERE serial = OLD.payment_serial) = 'no-personal-data'
    )
    OR sealed_alike(
        'proposal.evidence', OLD.evidence, NEW.evidence,
        (SELECT consumer FROM payment WHERE serial = OLD.payment_serial),
        (SELECT payment_id FROM payment WHERE serial = OLD.payment_serial),
        OLD.attempt, OLD.at
    )
)
BEGIN SELECT RAISE(ABORT, 'a proposed verdict would be changed'); END;

-- A key goes only when nothing is left that it sealed: the data key's number stands in bytes 2 to 5.
CREATE TRIGGER sealed_key_in_use_stays BEFORE DELETE ON sealed_key
WHEN OLD.number = 0
    OR EXISTS (SELECT 1 FROM payment WHERE hex(substr(request, 2, 4)) = printf('%08X', OLD.number))
    OR EXISTS (SELECT 1 FROM payment WHERE hex(substr(value, 2, 4)) = printf('%08X', OLD.number))
    OR EXISTS (SELECT 1 FROM inquiry WHERE hex(substr(value, 2, 4)) = printf('%08X', OLD.number))
    OR EXISTS (SELECT 1 FROM document WHERE hex(substr(content, 2, 4)) = printf('%08X', OLD.number))
    OR EXISTS (SELECT 1 FROM unlisted_reply WHERE hex(substr(text, 2, 4)) = printf('%08X', OLD.number))
    OR EXISTS (SELECT 1 FROM audit WHERE hex(substr(reason, 2, 4)) = printf('%08X', OLD.number))
    OR EXISTS (SELECT 1 FROM note WHERE hex(substr(text, 2, 4)) = printf('%08X', OLD.number))
    OR EXISTS (SELECT 1 FROM deposit WHERE hex(substr(reference, 2, 4)) = printf('%08X', OLD.number))
    OR EXISTS (SELECT 1 FROM proposal WHERE hex(substr(evidence, 2, 4)) = printf('%08X', OLD.number))
BEGIN SELECT RAISE(ABORT, 'a key would be deleted that something is sealed with'); END;
