-- What was ever written can be held against a chain of hashes: whoever changes or removes a row with
-- other tools than the program is found out (`ppob audit verify`). Each commit that adds to `event` or
-- `fact` adds one row to `chain`, over all that it added. Nothing is hashed that is sealed anew by a new
-- key, or goes with personal data. The hashes are those of the journal on SQLite, byte for byte, so that
-- a journal that moves here keeps its chain.

-- A value with its type and length, so that no two rows have one text.
CREATE FUNCTION field(value bigint) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce('\x01'::bytea || int8send(value), '\x00'::bytea);

CREATE FUNCTION field(value bytea) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce('\x04'::bytea || int8send(length(value)::bigint) || value, '\x00'::bytea);

-- Stable, as `convert_to` is: a function that claims more is called each time instead of inlined.
CREATE FUNCTION field(value text) RETURNS bytea LANGUAGE sql STABLE PARALLEL SAFE
RETURN coalesce(
    '\x03'::bytea || int8send(octet_length(value)::bigint) || convert_to(value, 'UTF8'),
    '\x00'::bytea
);

CREATE FUNCTION field(value boolean) RETURNS bytea LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN coalesce('\x01'::bytea || int8send(value::int::bigint), '\x00'::bytea);

-- An attempt as JSON, without blanks.
CREATE FUNCTION attempt_text(
    number bigint, attempt_id text, provider text, state text, settled_reference text
) RETURNS text LANGUAGE sql STABLE PARALLEL SAFE
RETURN '[' || number || ',' || to_json(attempt_id) || ',' || to_json(provider) || ','
    || to_json(state) || ',' || coalesce(to_json(settled_reference)::text, 'null') || ']';

-- The attempts of a payment.
CREATE FUNCTION attempts_text(payment bigint) RETURNS text LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN (
        SELECT '[' || coalesce(
            string_agg(
                attempt_text(number, attempt_id, provider, state, settled_reference),
                ',' ORDER BY number
            ),
            ''
        ) || ']'
        FROM attempt WHERE payment_serial = payment
    );
END $$;

-- What stays of a payment and its attempts, as of its version.
CREATE FUNCTION payment_digest(stored payment, attempts text) RETURNS bytea LANGUAGE sql STABLE
RETURN sha256(
    field(stored.serial) || field(stored.consumer) || field(stored.payment_id)
    || field(stored.product) || field(stored.family) || field(stored.repeat)
    || field(stored.accepted_at) || field(stored.fingerprint_index) || field(stored.version)
    || field(stored.state) || field(stored.total) || field(stored.cost) || field(stored.attempts)
    || field(attempts)
);

-- As it stands there.
CREATE FUNCTION payment_digest(stored payment) RETURNS bytea LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN payment_digest(stored, attempts_text(stored.serial));
END $$;

-- Everything else that is only ever added, or ends once: one row for each time a row was written, with
-- the digest of what stays of it. The newest of a subject is what must stand there now. Sequences have
-- no gaps.
CREATE TABLE fact (
    sequence bigint PRIMARY KEY,
    kind text COLLATE "C" NOT NULL,
    subject text COLLATE "C" NOT NULL,
    digest bytea NOT NULL CHECK (length(digest) = 32)
);
CREATE INDEX fact_of_subject ON fact (kind, subject, sequence);
CREATE TRIGGER fact_is_not_changed BEFORE UPDATE ON fact FOR EACH ROW
EXECUTE FUNCTION refuse('a fact would be changed');
CREATE TRIGGER fact_stays BEFORE DELETE ON fact FOR EACH ROW
EXECUTE FUNCTION refuse('a fact would be deleted');
CREATE TRIGGER facts_stay BEFORE TRUNCATE ON fact
EXECUTE FUNCTION refuse('facts would be deleted');

CREATE FUNCTION add_fact(kind text, subject text, fields bytea) RETURNS void
LANGUAGE plpgsql AS $$
#variable_conflict use_variable
BEGIN
    INSERT INTO fact (sequence, kind, subject, digest)
    VALUES ((SELECT coalesce(max(sequence), 0) + 1 FROM fact), kind, subject, sha256(fields));
END $$;

-- What is hashed of each of them.
CREATE FUNCTION fields(stored audit) RETURNS bytea LANGUAGE sql STABLE
RETURN field(stored.sequence) || field(stored.operator) || field(stored.actor)
    || field(stored.second_actor) || field(stored.action) || field(stored.subject)
    || field(stored.before) || field(stored.after) || field(stored.at);

CREATE FUNCTION fields(stored note) RETURNS bytea LANGUAGE sql STABLE
RETURN field(stored.sequence) || field(stored.payment_serial) || field(stored.operator)
    || field(stored.proven) || field(stored.actor) || field(stored.at);

CREATE FUNCTION fields(stored deposit) RETURNS bytea LANGUAGE sql STABLE
RETURN field(stored.deposit_id) || field(stored.provider) || field(stored.amount)
    || field(stored.credited_at) || field(stored.operator) || field(stored.proven)
    || field(stored.actor) || field(stored.recorded_at);

CREATE FUNCTION fields(stored proposal) RETURNS bytea LANGUAGE sql STABLE
RETURN field(stored.number) || field(stored.payment_serial) || field(stored.attempt)
    || field(stored.version) || field(stored.facts) || field(stored.operator)
    || field(stored.proven) || field(stored.actor) || field(stored.at) || field(stored.state)
    || field(stored.second_operator) || field(stored.second_proven) || field(stored.second_actor)
    || field(stored.ended_at);

CREATE FUNCTION fields(stored buried) RETURNS bytea LANGUAGE sql STABLE
RETURN field(stored.consumer) || field(stored.payment_id) || field(stored.at);

CREATE FUNCTION fields(stored late_charge) RETURNS bytea LANGUAGE sql STABLE
RETURN field(stored.payment_serial) || field(stored.found_at);

CREATE FUNCTION fields(stored restore) RETURNS bytea LANGUAGE sql STABLE
RETURN field(stored.restored_at) || field(stored.taken_at);

-- What stands there now.
CREATE VIEW standing_fact (kind, subject, digest) AS
SELECT 'audit', audit.sequence::text, sha256(fields(audit)) FROM audit
UNION ALL
SELECT 'note', note.sequence::text, sha256(fields(note)) FROM note
UNION ALL
SELECT 'deposit', deposit.deposit_id, sha256(fields(deposit)) FROM deposit
UNION ALL
SELECT 'proposal', proposal.number::text, sha256(fields(proposal)) FROM proposal
UNION ALL
SELECT 'buried', buried.consumer || '/' || buried.payment_id, sha256(fields(buried)) FROM buried
UNION ALL
SELECT 'late_charge', late_charge.payment_serial::text, sha256(fields(late_charge)) FROM late_charge
UNION ALL
SELECT 'restore', restore.restored_at::text, sha256(fields(restore)) FROM restore;

CREATE FUNCTION audit_is_a_fact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM add_fact('audit', NEW.sequence::text, fields(NEW));
    RETURN NULL;
END $$;
CREATE TRIGGER audit_is_a_fact AFTER INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_is_a_fact();

CREATE FUNCTION note_is_a_fact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM add_fact('note', NEW.sequence::text, fields(NEW));
    RETURN NULL;
END $$;
CREATE TRIGGER note_is_a_fact AFTER INSERT ON note FOR EACH ROW EXECUTE FUNCTION note_is_a_fact();

CREATE FUNCTION deposit_is_a_fact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM add_fact('deposit', NEW.deposit_id, fields(NEW));
    RETURN NULL;
END $$;
CREATE TRIGGER deposit_is_a_fact AFTER INSERT ON deposit
FOR EACH ROW EXECUTE FUNCTION deposit_is_a_fact();

CREATE FUNCTION proposal_is_a_fact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM add_fact('proposal', NEW.number::text, fields(NEW));
    RETURN NULL;
END $$;
CREATE TRIGGER proposal_is_a_fact AFTER INSERT ON proposal
FOR EACH ROW EXECUTE FUNCTION proposal_is_a_fact();
CREATE TRIGGER end_of_proposal_is_a_fact AFTER UPDATE OF state ON proposal
FOR EACH ROW EXECUTE FUNCTION proposal_is_a_fact();

CREATE FUNCTION buried_is_a_fact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM add_fact('buried', NEW.consumer || '/' || NEW.payment_id, fields(NEW));
    RETURN NULL;
END $$;
CREATE TRIGGER buried_is_a_fact AFTER INSERT ON buried
FOR EACH ROW EXECUTE FUNCTION buried_is_a_fact();

CREATE FUNCTION late_charge_is_a_fact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM add_fact('late_charge', NEW.payment_serial::text, fields(NEW));
    RETURN NULL;
END $$;
CREATE TRIGGER late_charge_is_a_fact AFTER INSERT ON late_charge
FOR EACH ROW EXECUTE FUNCTION late_charge_is_a_fact();
CREATE TRIGGER later_charge_is_a_fact AFTER UPDATE ON late_charge
FOR EACH ROW WHEN (NEW.found_at <> OLD.found_at) EXECUTE FUNCTION late_charge_is_a_fact();

CREATE FUNCTION restore_is_a_fact() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM add_fact('restore', NEW.restored_at::text, fields(NEW));
    RETURN NULL;
END $$;
CREATE TRIGGER restore_is_a_fact AFTER INSERT ON restore
FOR EACH ROW EXECUTE FUNCTION restore_is_a_fact();

-- One row per commit that added something: the hash covers the one before, the events up to `last_event`
-- and the facts up to `last_fact` that the one before did not cover.
CREATE TABLE chain (
    number bigint PRIMARY KEY CHECK (number >= 1),
    previous bytea NOT NULL CHECK (length(previous) = 32),
    hash bytea NOT NULL CHECK (length(hash) = 32),
    last_event bigint NOT NULL CHECK (last_event >= 0),
    last_fact bigint NOT NULL CHECK (last_fact >= 0),
    at bigint NOT NULL
);

CREATE FUNCTION refuse_broken_chain() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    before chain;
BEGIN
    SELECT * INTO before FROM chain ORDER BY number DESC LIMIT 1;
    IF NEW.number <> coalesce(before.number, 0) + 1
        OR NEW.previous <> coalesce(before.hash, decode(repeat('00', 32), 'hex'))
    THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
            MESSAGE = 'the chain of hashes would be broken';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER chain_goes_on BEFORE INSERT ON chain
FOR EACH ROW EXECUTE FUNCTION refuse_broken_chain();
CREATE TRIGGER chain_is_not_changed BEFORE UPDATE ON chain FOR EACH ROW
EXECUTE FUNCTION refuse('the chain of hashes would be changed');
CREATE TRIGGER chain_stays BEFORE DELETE ON chain FOR EACH ROW
EXECUTE FUNCTION refuse('the chain of hashes would be cut');
CREATE TRIGGER chain_is_not_emptied BEFORE TRUNCATE ON chain
EXECUTE FUNCTION refuse('the chain of hashes would be cut');

-- Adds a row over what was added since the last one, if anything was, and says what the head is then.
-- `latest` is the latest time that the commit states. Only whoever has the turn to write may call it.
CREATE FUNCTION chain_append(latest bigint) RETURNS chain LANGUAGE plpgsql AS $$
DECLARE
    before chain;
    link chain;
    events bytea;
    facts bytea;
BEGIN
    SELECT * INTO before FROM chain ORDER BY number DESC LIMIT 1;
    link.number := coalesce(before.number, 0) + 1;
    link.previous := coalesce(before.hash, decode(repeat('00', 32), 'hex'));
    SELECT
        string_agg(
            field(sequence) || field(payment_serial) || field(version) || field(consumer)
            || field(kind) || field(state) || field(at) || field(digest),
            '' ORDER BY sequence
        ),
        max(sequence)
    INTO events, link.last_event
    FROM event WHERE sequence > coalesce(before.last_event, 0);
    SELECT
        string_agg(
            field(sequence) || field(kind) || field(subject) || field(digest), '' ORDER BY sequence
        ),
        max(sequence)
    INTO facts, link.last_fact
    FROM fact WHERE sequence > coalesce(before.last_fact, 0);
    IF events IS NULL AND facts IS NULL THEN
        RETURN before;
    END IF;
    link.last_event := coalesce(link.last_event, before.last_event, 0);
    link.last_fact := coalesce(link.last_fact, before.last_fact, 0);
    link.at := greatest(coalesce(before.at, 0), latest);
    link.hash := sha256(
        field('ppob-chain-1'::text) || field(link.previous)
        || field(link.number) || field(link.at) || field(link.last_event) || field(link.last_fact)
        || field(sha256(
            coalesce(events, '') || field('facts'::text) || coalesce(facts, '')
        ))
    );
    INSERT INTO chain SELECT link.*;
    RETURN link;
END $$;
