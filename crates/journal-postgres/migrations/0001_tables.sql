-- The journal's first schema. Moments are microseconds since 1970-01-01T00:00:00Z, money is whole
-- rupiah. What tells about a customer is sealed by the program and found again by a blind index, which
-- nobody without the key can compute. What constraints and queries need stands in columns of its own.
--
-- Text is compared byte by byte: an order that comes with the operating system changes with it, and an index
-- that was made in the order of before would no longer find a payment that is there.

-- Which journal this is: send journals remember whose they are. A copy has the name of its original.
CREATE TABLE identity (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    journal text COLLATE "C" NOT NULL
);
INSERT INTO identity (journal) VALUES (gen_random_uuid()::text);

CREATE TABLE meta (
    name text COLLATE "C" PRIMARY KEY CHECK (name IN ('owner_epoch', 'last_serial', 'time_high_water')),
    value bigint NOT NULL
);
INSERT INTO meta VALUES ('owner_epoch', 0), ('last_serial', 0), ('time_high_water', 0);

-- The keys that seal (from 1) and the key of blind indexes (0), wrapped by a master key that is kept
-- elsewhere.
CREATE TABLE sealed_key (
    number bigint PRIMARY KEY CHECK (number >= 0),
    master text COLLATE "C" NOT NULL,
    wrapped bytea NOT NULL CHECK (length(wrapped) > 32)
);

CREATE TABLE payment (
    serial bigint PRIMARY KEY CHECK (serial > 0),
    consumer text COLLATE "C" NOT NULL,
    payment_id text COLLATE "C" NOT NULL,
    version bigint NOT NULL CHECK (version >= 1),
    state text COLLATE "C" NOT NULL
        CHECK (state IN ('ACCEPTED', 'PROCESSING', 'IN_DOUBT', 'SUCCEEDED', 'FAILED', 'REVERSED')),
    product text COLLATE "C" NOT NULL,
    customer_index text COLLATE "C" NOT NULL,
    family text COLLATE "C" NOT NULL,
    repeat bigint NOT NULL CHECK (repeat >= 0),
    attempts bigint NOT NULL CHECK (attempts >= 0),
    accepted_at bigint NOT NULL,
    updated_at bigint NOT NULL,
    next_check_at bigint,
    total bigint,
    cost bigint,
    fingerprint_index bytea NOT NULL CHECK (length(fingerprint_index) = 32),
    -- The opening (`owner_epoch`) that wrote it last.
    owner bigint NOT NULL,
    -- How much of it is kept.
    retention text COLLATE "C" NOT NULL
        CHECK (retention IN ('everything', 'no-raw-answers', 'no-personal-data')),
    -- Sealed: the fingerprint (32 bytes) and the request as JSON.
    request bytea NOT NULL,
    -- Sealed: what the machine reads, as JSON.
    value bytea NOT NULL,
    UNIQUE (consumer, payment_id),
    CHECK (length(customer_index) = CASE retention WHEN 'no-personal-data' THEN 0 ELSE 32 END)
) WITH (fillfactor = 80);
-- Sealed bytes do not get shorter by compression.
ALTER TABLE payment ALTER COLUMN request SET STORAGE EXTERNAL, ALTER COLUMN value SET STORAGE EXTERNAL;

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

-- `number` is the attempt's place in the payment, from 1.
CREATE TABLE attempt (
    payment_serial bigint NOT NULL REFERENCES payment,
    number bigint NOT NULL CHECK (number >= 1),
    attempt_id text COLLATE "C" NOT NULL,
    provider text COLLATE "C" NOT NULL,
    state text COLLATE "C" NOT NULL
        CHECK (state IN (
            'sending', 'pending', 'unknown', 'succeeded', 'not_sent', 'rejected', 'not_executed'
        )),
    -- The provider's reference, once this attempt is known to have paid.
    settled_reference text COLLATE "C",
    begun_at bigint NOT NULL CHECK (begun_at <> 0),
    PRIMARY KEY (payment_serial, number)
);

-- P1: at most one attempt of a payment that is not provably dead.
CREATE UNIQUE INDEX one_live_attempt ON attempt (payment_serial)
    WHERE state NOT IN ('not_sent', 'rejected', 'not_executed');
-- One reference of one provider settles one payment.
CREATE UNIQUE INDEX one_payment_per_reference ON attempt (provider, settled_reference)
    WHERE settled_reference IS NOT NULL;
CREATE INDEX attempt_of_provider ON attempt (provider, begun_at, payment_serial);

-- P6: one open payment per product and customer, whoever asks.
CREATE TABLE guard (
    product text COLLATE "C" NOT NULL,
    customer_index text COLLATE "C" NOT NULL,
    payment_serial bigint NOT NULL REFERENCES payment,
    PRIMARY KEY (product, customer_index)
);

-- The latest success per product and customer, for the duplicate window. Its time is told to its own
-- consumer only.
CREATE TABLE success (
    product text COLLATE "C" NOT NULL,
    customer_index text COLLATE "C" NOT NULL,
    repeat bigint NOT NULL,
    at bigint NOT NULL,
    consumer text COLLATE "C" NOT NULL,
    PRIMARY KEY (product, customer_index)
);

-- Ids that were abandoned before they became a payment.
CREATE TABLE buried (
    consumer text COLLATE "C" NOT NULL,
    payment_id text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    PRIMARY KEY (consumer, payment_id)
);

-- What the payments of a consumer count together, by the day of their acceptance (days since 1970-01-01
-- in Western Indonesian Time): the most it may come to while a payment is open, its total once paid.
CREATE TABLE spend (
    consumer text COLLATE "C" NOT NULL,
    day bigint NOT NULL,
    amount bigint NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (consumer, day)
) WITH (fillfactor = 50);

-- One row per change of a payment; the payment's id is read from `payment`. `digest` is the payment's
-- as the event left it. Sequences have no gaps.
CREATE TABLE event (
    sequence bigint PRIMARY KEY,
    payment_serial bigint NOT NULL REFERENCES payment,
    version bigint NOT NULL,
    consumer text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL
        CHECK (kind IN (
            'accepted', 'attempt-begun', 'answered', 'reported', 'recovered', 'gave-up',
            'abandoned', 'resolved', 'reversed'
        )),
    state text COLLATE "C" NOT NULL
        CHECK (state IN ('ACCEPTED', 'PROCESSING', 'IN_DOUBT', 'SUCCEEDED', 'FAILED', 'REVERSED')),
    at bigint NOT NULL,
    digest bytea CHECK (length(digest) = 32),
    UNIQUE (payment_serial, version)
);
CREATE INDEX event_of_consumer ON event (consumer, sequence);

CREATE TABLE inquiry (
    consumer text COLLATE "C" NOT NULL,
    inquiry_id text COLLATE "C" NOT NULL,
    customer_index text COLLATE "C" NOT NULL,
    expires_at bigint NOT NULL,
    -- Sealed.
    value bytea NOT NULL,
    PRIMARY KEY (consumer, inquiry_id)
);
CREATE INDEX inquiry_by_end ON inquiry (expires_at);
CREATE INDEX inquiry_of_customer ON inquiry (customer_index);

CREATE TABLE document (
    name text COLLATE "C" PRIMARY KEY,
    -- Sealed: JSON.
    content bytea NOT NULL
);

CREATE TABLE unlisted_reply (
    provider text COLLATE "C" NOT NULL,
    text_index text COLLATE "C" NOT NULL CHECK (length(text_index) = 32),
    -- Sealed.
    text bytea NOT NULL,
    count bigint NOT NULL CHECK (count >= 1),
    first_at bigint NOT NULL,
    last_at bigint NOT NULL,
    PRIMARY KEY (provider, text_index)
);

-- What operators and the engine did.
CREATE TABLE audit (
    sequence bigint PRIMARY KEY,
    operator text COLLATE "C" NOT NULL CHECK (operator <> ''),
    actor text COLLATE "C" NOT NULL CHECK (btrim(actor) <> ''),
    second_actor text COLLATE "C"
        CHECK (btrim(second_actor) <> '' AND lower(btrim(second_actor)) <> lower(btrim(actor))),
    action text COLLATE "C" NOT NULL CHECK (action <> ''),
    subject text COLLATE "C" NOT NULL CHECK (subject <> ''),
    -- Sealed.
    reason bytea NOT NULL,
    before text COLLATE "C" NOT NULL,
    after text COLLATE "C" NOT NULL,
    at bigint NOT NULL
);
CREATE INDEX audit_of_subject ON audit (subject, sequence);

CREATE TABLE note (
    sequence bigint PRIMARY KEY,
    payment_serial bigint NOT NULL REFERENCES payment,
    operator text COLLATE "C" NOT NULL,
    proven boolean NOT NULL,
    actor text COLLATE "C" NOT NULL CHECK (btrim(actor) <> ''),
    -- Sealed; empty once it was erased.
    text bytea NOT NULL,
    at bigint NOT NULL
);
CREATE INDEX note_of_payment ON note (payment_serial, sequence);

CREATE TABLE deposit (
    deposit_id text COLLATE "C" PRIMARY KEY,
    provider text COLLATE "C" NOT NULL,
    amount bigint NOT NULL CHECK (amount <> 0),
    credited_at bigint NOT NULL,
    -- Sealed: banks put names of persons in it.
    reference bytea NOT NULL,
    operator text COLLATE "C" NOT NULL,
    proven boolean NOT NULL,
    actor text COLLATE "C" NOT NULL CHECK (btrim(actor) <> ''),
    recorded_at bigint NOT NULL
);
CREATE INDEX deposit_of_provider ON deposit (provider, credited_at, deposit_id);

-- That an attempt was not executed, said by one person (open), by two (confirmed), or taken back.
CREATE TABLE proposal (
    number bigint PRIMARY KEY,
    payment_serial bigint NOT NULL,
    attempt bigint NOT NULL,
    version bigint NOT NULL,
    facts text COLLATE "C" NOT NULL,
    operator text COLLATE "C" NOT NULL,
    proven boolean NOT NULL,
    actor text COLLATE "C" NOT NULL CHECK (btrim(actor) <> ''),
    -- Sealed; empty once it was erased.
    evidence bytea NOT NULL,
    at bigint NOT NULL,
    state text COLLATE "C" NOT NULL CHECK (state IN ('open', 'confirmed', 'withdrawn')),
    second_operator text COLLATE "C",
    second_proven boolean,
    second_actor text COLLATE "C",
    ended_at bigint,
    FOREIGN KEY (payment_serial, attempt) REFERENCES attempt (payment_serial, number),
    CHECK ((state = 'open') = (ended_at IS NULL)),
    CHECK ((state = 'confirmed') = (second_actor IS NOT NULL)),
    CHECK ((second_actor IS NULL) = (second_operator IS NULL)),
    CHECK ((second_actor IS NULL) = (second_proven IS NULL)),
    -- The second person is another one: by name, and by credentials, unless neither showed any.
    CHECK (
        second_actor IS NULL
        OR (
            btrim(second_actor) <> ''
            AND lower(btrim(second_actor)) <> lower(btrim(actor))
            AND proven = second_proven
            AND (NOT proven OR second_operator <> operator)
        )
    )
);
CREATE UNIQUE INDEX one_open_proposal ON proposal (payment_serial, attempt) WHERE state = 'open';
CREATE INDEX proposal_of_attempt ON proposal (payment_serial, attempt, state);

-- Payments that ended although a charge was found later: a person looks at each of them.
CREATE TABLE late_charge (
    payment_serial bigint PRIMARY KEY REFERENCES payment,
    found_at bigint NOT NULL
);

-- That this journal came out of a backup.
CREATE TABLE restore (
    restored_at bigint PRIMARY KEY,
    taken_at bigint NOT NULL
);

-- By send journal: every send in segments below this number is known here.
CREATE TABLE send_journal (
    name text COLLATE "C" PRIMARY KEY,
    covered bigint NOT NULL
);
