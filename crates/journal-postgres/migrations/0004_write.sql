-- Everything that is written, as one statement for a whole batch: one round trip, one commit, and no
-- client ever holds the turn to write while it does something else. A client that stands still in the
-- midst of a transaction would keep all others waiting.

CREATE TYPE new_attempt AS (
    number bigint,
    id text,
    provider text,
    state text,
    settled text,
    begun_at bigint
);

-- A payment to be accepted. `day`, `counted` and `day_max` are about the consumer's day.
CREATE TYPE new_payment AS (
    serial bigint,
    consumer text,
    id text,
    state text,
    product text,
    customer text,
    family text,
    repeat bigint,
    attempts new_attempt[],
    accepted_at bigint,
    now bigint,
    next_check_at bigint,
    total bigint,
    cost bigint,
    fingerprint bytea,
    request bytea,
    value bytea,
    is_open boolean,
    despite text,
    may_displace boolean,
    duplicate_window bigint,
    day bigint,
    counted bigint,
    day_max bigint
);

CREATE TYPE new_audit AS (
    operator text,
    actor text,
    second_actor text,
    action text,
    subject text,
    reason bytea,
    before text,
    after text,
    at bigint
);

-- A verdict. With `second_actor` the same call named both persons.
CREATE TYPE new_proposal AS (
    attempt bigint,
    version bigint,
    facts text,
    operator text,
    proven boolean,
    actor text,
    evidence bytea,
    at bigint,
    second_actor text
);

CREATE TYPE new_reply AS (provider text, index text, text bytea);

-- The second person of a proposal.
CREATE TYPE confirmation AS (proposal bigint, operator text, proven boolean, actor text);

-- A change of a payment, made from `expected`, its version, and for what is kept of it (`retention`).
CREATE TYPE new_change AS (
    consumer text,
    id text,
    expected bigint,
    retention text,
    now bigint,
    kind text,
    state text,
    attempts new_attempt[],
    next_check_at bigint,
    total bigint,
    cost bigint,
    value bytea,
    is_final boolean,
    accepted_at bigint,
    succeeded_at bigint,
    late_charge_at bigint,
    day bigint,
    max_total bigint,
    counted bigint,
    unlisted new_reply[],
    audit new_audit,
    confirms confirmation,
    names new_proposal
);

-- An event that a write makes; all of a batch are added at once, at its end.
CREATE TYPE new_event AS (
    payment_serial bigint,
    version bigint,
    consumer text,
    kind text,
    state text,
    at bigint,
    digest bytea
);

-- What became of a write: a word, and what belongs to it.
CREATE TYPE answer AS (
    word text,
    consumer text,
    id text,
    number bigint,
    version bigint,
    at bigint,
    recorded bigint,
    bytes bytea,
    event new_event
);

-- Writes the attempts, of which `recorded` have a row already. Says what `attempts_text` says from now on.
CREATE FUNCTION attempts_write(payment bigint, recorded bigint, attempts new_attempt[]) RETURNS text
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    new new_attempt;
    written text := '';
BEGIN
    FOREACH new IN ARRAY attempts LOOP
        IF new.number <= recorded THEN
            UPDATE attempt
            SET attempt_id = new.id, provider = new.provider, state = new.state,
                settled_reference = new.settled
            WHERE payment_serial = payment AND number = new.number
                AND (
                    state <> new.state OR attempt_id <> new.id OR provider <> new.provider
                    OR settled_reference IS DISTINCT FROM new.settled
                );
        ELSE
            INSERT INTO attempt
                (payment_serial, number, attempt_id, provider, state, settled_reference, begun_at)
            VALUES (
                payment, new.number, new.id, new.provider, new.state, new.settled, new.begun_at
            );
        END IF;
        written := written || CASE WHEN written = '' THEN '' ELSE ',' END
            || attempt_text(new.number, new.id, new.provider, new.state, new.settled);
    END LOOP;
    RETURN '[' || written || ']';
END $$;

-- The event of a payment whose row and attempts are written already.
CREATE FUNCTION event_of(stored payment, attempts text, kind text, now bigint) RETURNS new_event
LANGUAGE plpgsql STABLE AS $$
BEGIN
    RETURN ROW(
        stored.serial, stored.version, stored.consumer, kind, stored.state, now,
        payment_digest(stored, attempts)
    )::new_event;
END $$;

CREATE FUNCTION audit_write(new new_audit) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO audit
        (sequence, operator, actor, second_actor, action, subject, reason, before, after, at)
    VALUES (
        (SELECT coalesce(max(sequence), 0) + 1 FROM audit),
        new.operator, new.actor, new.second_actor, new.action, new.subject, new.reason,
        new.before, new.after, new.at
    );
END $$;

CREATE FUNCTION payment_insert(new new_payment, kind text, epoch bigint) RETURNS new_event
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    stored payment;
BEGIN
    INSERT INTO payment (
        serial, consumer, payment_id, version, state, product, customer_index, family, repeat,
        attempts, accepted_at, updated_at, next_check_at, total, cost, fingerprint_index, owner,
        retention, request, value
    )
    VALUES (
        new.serial, new.consumer, new.id, 1, new.state, new.product, new.customer, new.family,
        new.repeat, cardinality(new.attempts), new.accepted_at, new.now, new.next_check_at,
        new.total, new.cost, new.fingerprint, epoch, 'everything', new.request, new.value
    )
    RETURNING * INTO stored;
    RETURN event_of(stored, attempts_write(new.serial, 0, new.attempts), kind, new.now);
END $$;

-- A payment counts `more`, or less, than before. Never refuses: the news it comes with must be kept.
CREATE FUNCTION spend_correct(of text, on_day bigint, more bigint) RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO spend (consumer, day, amount) VALUES (of, on_day, greatest(more, 0))
    ON CONFLICT (consumer, day) DO UPDATE
    SET amount = least(greatest(spend.amount::numeric + more, 0), 9000000000000000000);
END $$;

-- In this order: the id is known or abandoned, the guard is held, the repeat is not the next one, the
-- day would count too much.
CREATE FUNCTION accept(new new_payment, epoch bigint) RETURNS answer LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    told answer;
    found_there record;
BEGIN
    SELECT
        known.fingerprint_index, buried.at AS buried_at,
        holder.consumer AS holder_consumer, holder.payment_id AS holder_id,
        holder.state AS holder_state,
        success.repeat, success.at AS succeeded_at, success.consumer AS successful
    INTO found_there
    FROM (SELECT) AS one
    LEFT JOIN payment AS known
        ON known.consumer = new.consumer AND known.payment_id = new.id
    LEFT JOIN buried ON buried.consumer = new.consumer AND buried.payment_id = new.id
    LEFT JOIN guard ON guard.product = new.product AND guard.customer_index = new.customer
    LEFT JOIN payment AS holder ON holder.serial = guard.payment_serial
    LEFT JOIN success ON success.product = new.product AND success.customer_index = new.customer;
    IF found_there.fingerprint_index IS NOT NULL THEN
        told.word := CASE
            WHEN found_there.fingerprint_index = new.fingerprint THEN 'known' ELSE 'conflict'
        END;
        RETURN told;
    END IF;
    IF found_there.buried_at IS NOT NULL THEN
        told.word := 'abandoned';
        RETURN told;
    END IF;
    IF found_there.holder_state IS NOT NULL THEN
        IF NOT (
            found_there.holder_state = 'IN_DOUBT'
            AND new.may_displace
            AND found_there.holder_consumer = new.consumer
            AND found_there.holder_id IS NOT DISTINCT FROM new.despite
        ) THEN
            told.word := 'guarded';
            told.consumer := found_there.holder_consumer;
            told.id := found_there.holder_id;
            RETURN told;
        END IF;
    ELSIF new.despite IS NOT NULL THEN
        told.word := 'holder-changed';
        RETURN told;
    END IF;
    IF greatest(new.now - found_there.succeeded_at, 0) < new.duplicate_window
        AND found_there.succeeded_at IS NOT NULL
        AND new.repeat <> found_there.repeat + 1
    THEN
        told.word := 'repeat-needed';
        told.number := found_there.repeat + 1;
        -- Told of the same consumer's own payment only.
        told.at := CASE
            WHEN found_there.successful = new.consumer THEN found_there.succeeded_at
        END;
        RETURN told;
    END IF;
    INSERT INTO spend (consumer, day, amount)
    SELECT new.consumer, new.day, new.counted
    WHERE new.day_max IS NULL OR new.counted <= new.day_max
    ON CONFLICT (consumer, day) DO UPDATE
    SET amount = least(spend.amount::numeric + excluded.amount, 9000000000000000000)
    WHERE new.day_max IS NULL OR spend.amount::numeric + excluded.amount <= new.day_max;
    IF NOT found THEN
        told.word := 'day-limit';
        SELECT amount INTO told.number FROM spend WHERE consumer = new.consumer AND day = new.day;
        told.number := coalesce(told.number, 0);
        RETURN told;
    END IF;
    told.event := payment_insert(new, 'accepted', epoch);
    IF new.is_open THEN
        -- Replaces a holder that was displaced; anybody else was refused before.
        INSERT INTO guard (product, customer_index, payment_serial)
        VALUES (new.product, new.customer, new.serial)
        ON CONFLICT (product, customer_index) DO UPDATE SET payment_serial = excluded.payment_serial;
    END IF;
    told.word := 'accepted';
    RETURN told;
END $$;

-- Makes a payment again that the database has forgotten. Nothing stands in its way: it may have been
-- paid. If another payment holds its guard, that one keeps it, and leaves it to this one when it ends.
CREATE FUNCTION put_forgotten(new new_payment, epoch bigint) RETURNS answer LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    told answer;
BEGIN
    IF EXISTS (SELECT FROM payment WHERE serial = new.serial) THEN
        UPDATE meta SET value = value + 1 WHERE name = 'last_serial' RETURNING value INTO new.serial;
    END IF;
    told.event := payment_insert(new, 'recovered', epoch);
    IF new.is_open THEN
        INSERT INTO guard (product, customer_index, payment_serial)
        VALUES (new.product, new.customer, new.serial)
        ON CONFLICT (product, customer_index) DO NOTHING;
    END IF;
    PERFORM spend_correct(new.consumer, new.day, new.counted);
    told.word := 'done';
    RETURN told;
END $$;

-- Keeps a verdict, and says its number; one that begins ended names who agreed.
CREATE FUNCTION proposal_write(of bigint, new new_proposal, now bigint) RETURNS bigint
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    next_number bigint := (SELECT coalesce(max(number), 0) + 1 FROM proposal);
    is_agreed boolean := new.second_actor IS NOT NULL;
BEGIN
    INSERT INTO proposal (
        number, payment_serial, attempt, version, facts, operator, proven, actor, evidence, at,
        state, second_operator, second_proven, second_actor, ended_at
    )
    VALUES (
        next_number, of, new.attempt, new.version, new.facts, new.operator, new.proven, new.actor,
        new.evidence, new.at,
        CASE WHEN is_agreed THEN 'confirmed' ELSE 'open' END,
        -- The same call named both: it proves as much of the second as of the first.
        CASE WHEN is_agreed THEN new.operator END,
        CASE WHEN is_agreed THEN new.proven END,
        new.second_actor,
        CASE WHEN is_agreed THEN now END
    );
    RETURN next_number;
END $$;

-- Frees the guard if the payment, whose end is written already, holds it, and gives it back to the
-- newest one that is still open: it was displaced while in doubt.
CREATE FUNCTION guard_release(ended payment) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    -- A displaced payment no longer holds the guard, and must not free it for a third one.
    DELETE FROM guard
    WHERE product = ended.product AND customer_index = ended.customer_index
        AND payment_serial = ended.serial;
    IF found THEN
        INSERT INTO guard (product, customer_index, payment_serial)
        SELECT product, customer_index, serial FROM payment
        WHERE product = ended.product AND customer_index = ended.customer_index
            AND state NOT IN ('SUCCEEDED', 'FAILED', 'REVERSED')
        ORDER BY serial DESC LIMIT 1;
    END IF;
END $$;

-- Who was accepted after the latest success was held against it, and may begin a new series. A displaced
-- payment that succeeds late must not lower the repeat that is needed next.
CREATE FUNCTION success_put(of payment, new new_change) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO success (product, customer_index, repeat, at, consumer)
    VALUES (of.product, of.customer_index, of.repeat, new.succeeded_at, new.consumer)
    ON CONFLICT (product, customer_index) DO UPDATE
    SET repeat = CASE
            WHEN new.accepted_at >= success.at THEN excluded.repeat
            ELSE greatest(success.repeat, excluded.repeat)
        END,
        consumer = CASE
            WHEN excluded.at >= success.at THEN excluded.consumer ELSE success.consumer
        END,
        at = greatest(success.at, excluded.at);
END $$;

CREATE FUNCTION change(new new_change, epoch bigint) RETURNS answer LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    told answer;
    stored payment;
    after payment;
    written text;
    was_open boolean;
    counted_before bigint;
    tried new_attempt;
    reply new_reply;
BEGIN
    SELECT * INTO stored FROM payment WHERE consumer = new.consumer AND payment_id = new.id;
    IF NOT found
        OR stored.version <> new.expected
        OR (
            (new.confirms).proposal IS NOT NULL
            AND NOT EXISTS (
                SELECT FROM proposal WHERE number = (new.confirms).proposal AND state = 'open'
            )
        )
    THEN
        told.word := 'stale';
        RETURN told;
    END IF;
    -- The value must not bring back what was taken out: to be made again for what is kept.
    IF stored.retention <> new.retention THEN
        told.word := 'kept-less';
        told.id := stored.retention;
        RETURN told;
    END IF;
    FOREACH tried IN ARRAY new.attempts LOOP
        IF tried.settled IS NOT NULL THEN
            SELECT payment.consumer, payment.payment_id INTO told.consumer, told.id
            FROM attempt JOIN payment ON payment.serial = attempt.payment_serial
            WHERE attempt.provider = tried.provider AND attempt.settled_reference = tried.settled
                AND payment.serial <> stored.serial;
            IF found THEN
                told.word := 'reference-taken';
                RETURN told;
            END IF;
        END IF;
    END LOOP;
    -- Before the attempts: a trigger looks for the agreement when one of them ends by it.
    IF (new.confirms).proposal IS NOT NULL THEN
        UPDATE proposal
        SET state = 'confirmed', second_operator = (new.confirms).operator,
            second_proven = (new.confirms).proven, second_actor = (new.confirms).actor,
            ended_at = new.now
        WHERE number = (new.confirms).proposal;
    ELSIF (new.names).attempt IS NOT NULL THEN
        UPDATE proposal SET state = 'withdrawn', ended_at = new.now
        WHERE payment_serial = stored.serial AND attempt = (new.names).attempt AND state = 'open';
        PERFORM proposal_write(stored.serial, new.names, new.now);
    END IF;
    written := attempts_write(stored.serial, stored.attempts, new.attempts);
    UPDATE payment
    SET version = version + 1, state = new.state, attempts = cardinality(new.attempts),
        updated_at = new.now, next_check_at = new.next_check_at, total = new.total,
        cost = new.cost, owner = epoch, value = new.value
    WHERE serial = stored.serial
    RETURNING * INTO after;
    told.event := event_of(after, written, new.kind, new.now);
    was_open := stored.state NOT IN ('SUCCEEDED', 'FAILED', 'REVERSED');
    IF new.is_final AND was_open THEN
        PERFORM guard_release(stored);
    END IF;
    IF new.succeeded_at IS NOT NULL AND stored.state <> 'SUCCEEDED' THEN
        PERFORM success_put(stored, new);
    END IF;
    IF new.late_charge_at IS NOT NULL THEN
        INSERT INTO late_charge (payment_serial, found_at)
        VALUES (stored.serial, new.late_charge_at)
        ON CONFLICT (payment_serial) DO UPDATE
        SET found_at = greatest(late_charge.found_at, excluded.found_at);
    END IF;
    -- A payment that ends is no longer counted with the most it may come to. The money of a success
    -- stays, also when it is reversed.
    counted_before := CASE
        WHEN was_open THEN coalesce(new.max_total, 0)
        WHEN stored.state = 'SUCCEEDED' THEN coalesce(new.total, 0)
        ELSE 0
    END;
    IF new.counted <> counted_before THEN
        PERFORM spend_correct(new.consumer, new.day, new.counted - counted_before);
    END IF;
    FOREACH reply IN ARRAY new.unlisted LOOP
        INSERT INTO unlisted_reply (provider, text_index, text, count, first_at, last_at)
        VALUES (reply.provider, reply.index, reply.text, 1, new.now, new.now)
        ON CONFLICT (provider, text_index) DO UPDATE
        SET count = unlisted_reply.count + 1,
            last_at = greatest(unlisted_reply.last_at, excluded.last_at);
    END LOOP;
    IF (new.audit).operator IS NOT NULL THEN
        PERFORM audit_write(new.audit);
    END IF;
    told.word := 'done';
    told.number := stored.serial;
    told.version := stored.version + 1;
    -- How many attempts there were before.
    told.recorded := stored.attempts;
    told.bytes := stored.request;
    RETURN told;
END $$;
