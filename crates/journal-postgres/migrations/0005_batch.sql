-- Whatever else is written, and the batch that all writes share. These writes are rare, and come as JSON;
-- bytes in it are written as `\x…`.

-- Makes sure that an id never becomes a payment, unless it is one.
CREATE FUNCTION bury(item jsonb) RETURNS answer LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    told answer;
BEGIN
    IF EXISTS (
        SELECT FROM payment WHERE consumer = item ->> 'consumer' AND payment_id = item ->> 'id'
    ) THEN
        told.word := 'known';
        RETURN told;
    END IF;
    INSERT INTO buried (consumer, payment_id, at)
    VALUES (item ->> 'consumer', item ->> 'id', (item ->> 'now')::bigint)
    ON CONFLICT (consumer, payment_id) DO NOTHING;
    told.word := 'buried';
    RETURN told;
END $$;

-- Takes out of a payment what is not kept any more, if it still is what its reader saw.
CREATE FUNCTION strip(item jsonb) RETURNS answer LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    told answer;
    stored payment;
    reply record;
BEGIN
    SELECT * INTO stored FROM payment
    WHERE consumer = item ->> 'consumer' AND payment_id = item ->> 'id';
    IF NOT found
        OR stored.version <> (item ->> 'version')::bigint
        OR stored.value <> (item ->> 'before')::bytea
    THEN
        told.word := 'stale';
        RETURN told;
    END IF;
    told.word := 'done';
    IF item ->> 'to' = 'no-raw-answers' THEN
        UPDATE payment SET retention = item ->> 'to', value = (item ->> 'value')::bytea
        WHERE serial = stored.serial;
        RETURN told;
    END IF;
    UPDATE payment
    SET retention = item ->> 'to', customer_index = '', request = (item ->> 'request')::bytea,
        value = (item ->> 'value')::bytea
    WHERE serial = stored.serial;
    UPDATE note SET text = '' WHERE payment_serial = stored.serial;
    UPDATE proposal SET evidence = '' WHERE payment_serial = stored.serial;
    FOR reply IN
        SELECT * FROM jsonb_to_recordset(item -> 'unlisted') AS reply (provider text, index text)
    LOOP
        DELETE FROM unlisted_reply
        WHERE provider = reply.provider AND text_index = reply.index AND count = 1;
        UPDATE unlisted_reply SET count = count - 1
        WHERE provider = reply.provider AND text_index = reply.index AND count > 1;
    END LOOP;
    DELETE FROM success
    WHERE product = stored.product AND customer_index = stored.customer_index
        AND at <= stored.updated_at;
    RETURN told;
END $$;

-- Records besides payments.
CREATE FUNCTION keep(item jsonb) RETURNS answer LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    told answer;
    entry new_audit;
BEGIN
    told.word := 'done';
    CASE item ->> 'do'
    WHEN 'reserve-serials' THEN
        UPDATE meta SET value = value + (item ->> 'count')::bigint WHERE name = 'last_serial'
        RETURNING value INTO told.number;
    WHEN 'raise-serial' THEN
        UPDATE meta SET value = (item ->> 'serial')::bigint
        WHERE name = 'last_serial' AND value < (item ->> 'serial')::bigint;
    WHEN 'save-inquiry' THEN
        -- A few at a time, so that no write waits for a great clean-up.
        DELETE FROM inquiry WHERE (consumer, inquiry_id) IN (
            SELECT consumer, inquiry_id FROM inquiry
            WHERE expires_at < (item ->> 'forget_before')::bigint ORDER BY expires_at LIMIT 4
        );
        INSERT INTO inquiry (consumer, inquiry_id, customer_index, expires_at, value)
        VALUES (
            item ->> 'consumer', item ->> 'id', item ->> 'customer',
            (item ->> 'expires_at')::bigint, (item ->> 'value')::bytea
        )
        ON CONFLICT (consumer, inquiry_id) DO UPDATE
        SET customer_index = excluded.customer_index, expires_at = excluded.expires_at,
            value = excluded.value;
    WHEN 'forget-inquiries' THEN
        DELETE FROM inquiry
        WHERE customer_index IN (SELECT jsonb_array_elements_text(item -> 'customers'));
        GET DIAGNOSTICS told.number = ROW_COUNT;
    WHEN 'forget-expired-inquiries' THEN
        DELETE FROM inquiry WHERE (consumer, inquiry_id) IN (
            SELECT consumer, inquiry_id FROM inquiry
            WHERE expires_at < (item ->> 'before')::bigint ORDER BY expires_at
            LIMIT (item ->> 'limit')::bigint
        );
        GET DIAGNOSTICS told.number = ROW_COUNT;
    WHEN 'save-document' THEN
        INSERT INTO document (name, content)
        VALUES (item ->> 'name', (item ->> 'content')::bytea)
        ON CONFLICT (name) DO UPDATE SET content = excluded.content;
        FOR entry IN SELECT * FROM jsonb_populate_recordset(NULL::new_audit, item -> 'audit') LOOP
            PERFORM audit_write(entry);
        END LOOP;
    WHEN 'audit' THEN
        PERFORM audit_write(jsonb_populate_record(NULL::new_audit, item -> 'audit'));
    WHEN 'restored' THEN
        INSERT INTO restore (restored_at, taken_at)
        VALUES ((item ->> 'restored_at')::bigint, (item ->> 'taken_at')::bigint)
        ON CONFLICT DO NOTHING;
    END CASE;
    RETURN told;
END $$;

-- What operators add, with its trace in the audit.
CREATE FUNCTION operate(item jsonb) RETURNS answer LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    told answer;
    subject payment;
    standing bigint;
BEGIN
    told.word := 'done';
    CASE item ->> 'do'
    WHEN 'note' THEN
        INSERT INTO note (sequence, payment_serial, operator, proven, actor, text, at)
        SELECT
            (SELECT coalesce(max(sequence), 0) + 1 FROM note),
            serial, item ->> 'operator', (item ->> 'proven')::boolean, item ->> 'actor',
            (item ->> 'text')::bytea, (item ->> 'at')::bigint
        FROM payment WHERE consumer = item ->> 'consumer' AND payment_id = item ->> 'id';
        IF NOT found THEN
            told.word := 'missing';
            RETURN told;
        END IF;
    WHEN 'deposit' THEN
        INSERT INTO deposit (
            deposit_id, provider, amount, credited_at, reference, operator, proven, actor,
            recorded_at
        )
        VALUES (
            item ->> 'id', item ->> 'provider', (item ->> 'amount')::bigint,
            (item ->> 'credited_at')::bigint, (item ->> 'reference')::bytea,
            item ->> 'operator', (item ->> 'proven')::boolean, item ->> 'actor',
            (item ->> 'recorded_at')::bigint
        )
        ON CONFLICT (deposit_id) DO NOTHING;
        IF NOT found THEN
            told.word := 'known';
            RETURN told;
        END IF;
    WHEN 'propose' THEN
        SELECT * INTO subject FROM payment
        WHERE consumer = item ->> 'consumer' AND payment_id = item ->> 'id';
        SELECT number INTO standing FROM proposal
        WHERE payment_serial = subject.serial
            AND attempt = (item #>> '{proposal,attempt}')::bigint AND state = 'open';
        IF subject.serial IS NULL
            OR subject.version <> (item #>> '{proposal,version}')::bigint
            OR standing IS DISTINCT FROM (item ->> 'replaces')::bigint
        THEN
            told.word := 'stale';
            RETURN told;
        END IF;
        UPDATE proposal SET state = 'withdrawn', ended_at = (item #>> '{proposal,at}')::bigint
        WHERE number = standing;
        told.number := proposal_write(
            subject.serial, jsonb_populate_record(NULL::new_proposal, item -> 'proposal'), NULL
        );
    WHEN 'withdraw' THEN
        UPDATE proposal SET state = 'withdrawn', ended_at = (item ->> 'at')::bigint
        WHERE number = (item ->> 'proposal')::bigint AND state = 'open';
        IF NOT found THEN
            told.word := 'missing';
            RETURN told;
        END IF;
    END CASE;
    PERFORM audit_write(jsonb_populate_record(NULL::new_audit, item -> 'audit'));
    RETURN told;
END $$;

CREATE FUNCTION other(item jsonb, epoch bigint) RETURNS answer LANGUAGE plpgsql AS $$
BEGIN
    CASE item ->> 'do'
    WHEN 'bury' THEN RETURN bury(item);
    WHEN 'strip' THEN RETURN strip(item);
    WHEN 'note', 'deposit', 'propose', 'withdraw' THEN RETURN operate(item);
    WHEN 'put-forgotten' THEN
        RETURN put_forgotten(jsonb_populate_record(NULL::new_payment, item -> 'payment'), epoch);
    ELSE RETURN keep(item);
    END CASE;
END $$;

-- Writes a batch: outcomes before everything else. Answers one row per write: changes, other writes and
-- acceptances, in this order and each in theirs, by their place from 1; and one with the place 0, the
-- head of the chain. A write that breaks a rule is undone alone and says so in `failure`; anything else
-- that goes wrong undoes the whole batch.
--
-- `latest` is the latest time that a write states; `sends` is the send journal that was written to, and
-- `covered` its segment. `known_number` and `known_hash` are the head that the writer was last told: if
-- it does not stand here, the database has lost commits, and nothing may be written before what was sent
-- is known again. Neither may anybody write whose opening (`epoch`) is not the latest: another engine works
-- on the journal, and knows nothing of what this one does.
CREATE FUNCTION write(
    changes new_change[], others jsonb, payments new_payment[], epoch bigint, latest bigint,
    sends text, segment bigint, known_number bigint, known_hash bytea
) RETURNS TABLE (
    place bigint, failure text, word text, consumer text, id text, number bigint, version bigint,
    at bigint, recorded bigint, bytes bytea
)
LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
    answers answer[] := '{}';
    failures text[] := '{}';
    events new_event[] := '{}';
    one answer;
    opened bigint;
    one_change new_change;
    one_payment new_payment;
    item jsonb;
    link chain;
    said text;
BEGIN
    IF current_setting('transaction_isolation') <> 'read committed' THEN
        RAISE EXCEPTION 'the journal writes at READ COMMITTED only';
    END IF;
    -- The turn to write: it ends with the commit. So events stand in the order in which they become
    -- visible, and the chain has one order for all.
    PERFORM pg_advisory_xact_lock(1347440450);
    SELECT value INTO opened FROM meta WHERE name = 'owner_epoch';
    IF epoch < opened THEN
        RAISE EXCEPTION USING ERRCODE = 'PPB02', MESSAGE = 'another engine has opened the journal since';
    ELSIF epoch > opened THEN
        RAISE EXCEPTION USING ERRCODE = 'PPB01',
            MESSAGE = 'the opening of this engine is not in the journal any more';
    END IF;
    IF known_number > 0
        AND NOT EXISTS (SELECT FROM chain WHERE number = known_number AND hash = known_hash)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'PPB01',
            MESSAGE = format('commit %s of the journal is not there any more', known_number);
    END IF;
    BEGIN
        FOREACH one_change IN ARRAY changes LOOP
            one := change(one_change, epoch);
            events := events || one.event;
            one.event := NULL;
            answers := answers || one;
        END LOOP;
        FOR item IN SELECT * FROM jsonb_array_elements(others) LOOP
            one := other(item, epoch);
            events := events || one.event;
            one.event := NULL;
            answers := answers || one;
        END LOOP;
        FOREACH one_payment IN ARRAY payments LOOP
            one := accept(one_payment, epoch);
            events := events || one.event;
            one.event := NULL;
            answers := answers || one;
        END LOOP;
    EXCEPTION WHEN integrity_constraint_violation OR data_exception THEN
        -- Again, one by one, each with a savepoint of its own.
        answers := '{}';
        events := '{}';
        FOREACH one_change IN ARRAY changes LOOP
            BEGIN
                one := change(one_change, epoch);
                events := events || one.event;
                one.event := NULL;
                answers := answers || one;
                failures := failures || NULL::text;
            EXCEPTION WHEN integrity_constraint_violation OR data_exception THEN
                GET STACKED DIAGNOSTICS said = MESSAGE_TEXT;
                answers := answers || NULL::answer;
                failures := failures || said;
            END;
        END LOOP;
        FOR item IN SELECT * FROM jsonb_array_elements(others) LOOP
            BEGIN
                one := other(item, epoch);
                events := events || one.event;
                one.event := NULL;
                answers := answers || one;
                failures := failures || NULL::text;
            EXCEPTION WHEN integrity_constraint_violation OR data_exception THEN
                GET STACKED DIAGNOSTICS said = MESSAGE_TEXT;
                answers := answers || NULL::answer;
                failures := failures || said;
            END;
        END LOOP;
        FOREACH one_payment IN ARRAY payments LOOP
            BEGIN
                one := accept(one_payment, epoch);
                events := events || one.event;
                one.event := NULL;
                answers := answers || one;
                failures := failures || NULL::text;
            EXCEPTION WHEN integrity_constraint_violation OR data_exception THEN
                GET STACKED DIAGNOSTICS said = MESSAGE_TEXT;
                answers := answers || NULL::answer;
                failures := failures || said;
            END;
        END LOOP;
    END;
    INSERT INTO event (sequence, payment_serial, version, consumer, kind, state, at, digest)
    SELECT
        (SELECT coalesce(max(sequence), 0) FROM event) + row_number() OVER (),
        made.payment_serial, made.version, made.consumer, made.kind, made.state, made.at, made.digest
    FROM unnest(events) AS made WHERE made.payment_serial IS NOT NULL;
    UPDATE meta SET value = latest WHERE name = 'time_high_water' AND value < latest;
    IF sends IS NOT NULL THEN
        INSERT INTO send_journal (name, covered) VALUES (sends, segment)
        ON CONFLICT (name) DO UPDATE SET covered = excluded.covered
        WHERE send_journal.covered < excluded.covered;
    END IF;
    link := chain_append(latest);
    place := 0;
    number := link.number;
    at := link.at;
    bytes := link.hash;
    RETURN NEXT;
    FOR counted IN 1 .. cardinality(answers) LOOP
        place := counted;
        failure := failures[counted];
        one := answers[counted];
        word := one.word;
        consumer := one.consumer;
        id := one.id;
        number := one.number;
        version := one.version;
        at := one.at;
        recorded := one.recorded;
        bytes := one.bytes;
        RETURN NEXT;
    END LOOP;
END $$;
