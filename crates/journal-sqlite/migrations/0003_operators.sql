-- What operators add: notes, deposits, verdicts that wait for a second person; and an audit that says
-- whose credentials were used, to what, what was before and what after.

CREATE TABLE audit_record (
    sequence INTEGER NOT NULL PRIMARY KEY,
    operator TEXT NOT NULL CHECK (operator <> ''),
    actor TEXT NOT NULL CHECK (trim(actor) <> ''),
    second_actor TEXT
        CHECK (trim(second_actor) <> '' AND lower(trim(second_actor)) <> lower(trim(actor))),
    action TEXT NOT NULL CHECK (action <> ''),
    subject TEXT NOT NULL CHECK (subject <> ''),
    reason TEXT NOT NULL,
    before TEXT NOT NULL,
    after TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- Until now the consumer was not recorded, and what was done stood in one text.
INSERT INTO audit_record
SELECT
    sequence,
    'unrecorded',
    iif(trim(actor) = '', 'unrecorded', actor),
    NULL,
    CASE
        WHEN action LIKE 'set-provider-mode %' THEN 'SetProviderMode'
        WHEN action LIKE 'set-offer-mode %' THEN 'SetOfferMode'
        WHEN action LIKE 'resolve-%' THEN 'ResolvePayment'
        ELSE action
    END,
    CASE
        WHEN payment_id IS NOT NULL THEN 'payment/' || consumer || '/' || payment_id
        WHEN action LIKE 'set-provider-mode % %'
            THEN 'provider/' || substr(action, 19, instr(substr(action, 19), ' ') - 1)
        WHEN action LIKE 'set-offer-mode % % %'
            THEN 'offer/' || replace(
                substr(action, 16, length(rtrim(action, 'onf')) - 16), ' ', '/'
            )
        ELSE 'unrecorded'
    END,
    reason,
    '',
    action,
    at
FROM audit;

DROP TABLE audit;
ALTER TABLE audit_record RENAME TO audit;

CREATE INDEX audit_of_subject ON audit (subject, sequence);

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'an entry of the audit trail would be changed'); END;
CREATE TRIGGER audit_stays BEFORE DELETE ON audit
BEGIN SELECT RAISE(ABORT, 'an entry of the audit trail would be deleted'); END;

CREATE TABLE note (
    sequence INTEGER NOT NULL PRIMARY KEY,
    payment_serial INTEGER NOT NULL REFERENCES payment (serial),
    operator TEXT NOT NULL,
    proven INTEGER NOT NULL CHECK (proven IN (0, 1)),
    actor TEXT NOT NULL CHECK (trim(actor) <> ''),
    text TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

CREATE INDEX note_of_payment ON note (payment_serial, sequence);

-- What was written may have to be erased (personal data); that it was written stays.
CREATE TRIGGER note_is_not_changed BEFORE UPDATE OF
    sequence, payment_serial, operator, proven, actor, at ON note
BEGIN SELECT RAISE(ABORT, 'a note would be changed'); END;
CREATE TRIGGER note_stays BEFORE DELETE ON note
BEGIN SELECT RAISE(ABORT, 'a note would be deleted'); END;

CREATE TABLE deposit (
    deposit_id TEXT NOT NULL PRIMARY KEY,
    provider TEXT NOT NULL,
    amount INTEGER NOT NULL CHECK (amount <> 0),
    credited_at INTEGER NOT NULL,
    reference TEXT NOT NULL,
    operator TEXT NOT NULL,
    proven INTEGER NOT NULL CHECK (proven IN (0, 1)),
    actor TEXT NOT NULL CHECK (trim(actor) <> ''),
    recorded_at INTEGER NOT NULL
) STRICT;

CREATE INDEX deposit_of_provider ON deposit (provider, credited_at, deposit_id);

CREATE TRIGGER deposit_is_not_changed BEFORE UPDATE ON deposit
BEGIN SELECT RAISE(ABORT, 'a deposit would be changed'); END;
CREATE TRIGGER deposit_stays BEFORE DELETE ON deposit
BEGIN SELECT RAISE(ABORT, 'a deposit would be deleted'); END;

-- That an attempt was not executed, said by one person (open), by two (confirmed), or taken back.
CREATE TABLE proposal (
    number INTEGER NOT NULL PRIMARY KEY,
    payment_serial INTEGER NOT NULL,
    attempt INTEGER NOT NULL,
    version INTEGER NOT NULL,
    facts TEXT NOT NULL,
    operator TEXT NOT NULL,
    proven INTEGER NOT NULL CHECK (proven IN (0, 1)),
    actor TEXT NOT NULL CHECK (trim(actor) <> ''),
    evidence TEXT NOT NULL,
    at INTEGER NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('open', 'confirmed', 'withdrawn')),
    second_operator TEXT,
    second_proven INTEGER CHECK (second_proven IN (0, 1)),
    second_actor TEXT,
    ended_at INTEGER,
    FOREIGN KEY (payment_serial, attempt) REFERENCES attempt (payment_serial, number),
    CHECK ((state = 'open') = (ended_at IS NULL)),
    CHECK ((state = 'confirmed') = (second_actor IS NOT NULL)),
    CHECK ((second_actor IS NULL) = (second_operator IS NULL)),
    CHECK ((second_actor IS NULL) = (second_proven IS NULL)),
    -- The second person is another one: by name, and by credentials, unless neither showed any.
    CHECK (
        second_actor IS NULL
        OR (
            trim(second_actor) <> ''
            AND lower(trim(second_actor)) <> lower(trim(actor))
            AND proven = second_proven
            AND (proven = 0 OR second_operator <> operator)
        )
    )
) STRICT;

CREATE UNIQUE INDEX one_open_proposal ON proposal (payment_serial, attempt) WHERE state = 'open';
CREATE INDEX proposal_of_attempt ON proposal (payment_serial, attempt, state);

CREATE TRIGGER proposal_is_one_verdict BEFORE UPDATE OF
    number, payment_serial, attempt, version, facts, operator, proven, actor, at ON proposal
BEGIN SELECT RAISE(ABORT, 'a proposed verdict would be changed'); END;
CREATE TRIGGER proposal_ends_once BEFORE UPDATE OF
    state, second_operator, second_proven, second_actor, ended_at ON proposal
WHEN OLD.state <> 'open'
BEGIN SELECT RAISE(ABORT, 'the end of a proposed verdict would change'); END;
CREATE TRIGGER proposal_stays BEFORE DELETE ON proposal
BEGIN SELECT RAISE(ABORT, 'a proposed verdict would be deleted'); END;

-- The verdict after which a customer may be charged again takes two persons, whatever the code thinks.
CREATE TRIGGER attempt_not_executed_by_two BEFORE UPDATE OF state ON attempt
WHEN NEW.state = 'not_executed'
    AND OLD.state <> 'not_executed'
    AND NOT EXISTS (
        SELECT 1 FROM proposal
        WHERE payment_serial = NEW.payment_serial
            AND attempt = NEW.number
            AND state = 'confirmed'
    )
BEGIN
    SELECT RAISE(ABORT, 'an attempt would be called not executed without two persons');
END;
CREATE TRIGGER attempt_begins_undecided BEFORE INSERT ON attempt WHEN NEW.state = 'not_executed'
BEGIN
    SELECT RAISE(ABORT, 'an attempt would be called not executed without two persons');
END;

-- Payments that ended although a charge was found later: a person looks at each of them.
CREATE TABLE late_charge (
    payment_serial INTEGER NOT NULL PRIMARY KEY REFERENCES payment (serial),
    found_at INTEGER NOT NULL
) STRICT;

CREATE TRIGGER late_charge_stays BEFORE DELETE ON late_charge
BEGIN SELECT RAISE(ABORT, 'a late charge would be forgotten'); END;

-- Found before this was kept, by other attempts than the one that paid. A value that is not readable
-- stays what it is.
INSERT INTO late_charge
SELECT payment.serial, max(json_extract(attempt.value, '$.late_charge.found_at'))
FROM
    payment,
    json_each(iif(json_valid(payment.value), payment.value, '{}'), '$.attempts') AS attempt
WHERE payment.state IN ('SUCCEEDED', 'FAILED', 'REVERSED')
    AND json_extract(attempt.value, '$.late_charge.found_at') IS NOT NULL
    AND json_extract(attempt.value, '$.number')
        IS NOT json_extract(payment.value, '$.conclusion.attempt')
GROUP BY payment.serial;
