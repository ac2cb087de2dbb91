-- The rules that keep money safe hold here, whatever the program above does.

CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = tg_argv[0];
END $$;

CREATE TRIGGER meta_never_falls BEFORE UPDATE ON meta FOR EACH ROW WHEN (NEW.value < OLD.value)
EXECUTE FUNCTION refuse('a high-water mark would fall');
CREATE TRIGGER meta_stays BEFORE DELETE OR TRUNCATE ON meta
EXECUTE FUNCTION refuse('a high-water mark would fall');

CREATE TRIGGER payment_stays BEFORE DELETE ON payment FOR EACH ROW
EXECUTE FUNCTION refuse('a payment would be deleted');
CREATE TRIGGER payments_stay BEFORE TRUNCATE ON payment
EXECUTE FUNCTION refuse('payments would be deleted');

CREATE TRIGGER payment_is_one_request BEFORE UPDATE ON payment FOR EACH ROW
WHEN (
    (NEW.serial, NEW.consumer, NEW.payment_id, NEW.product, NEW.family, NEW.repeat,
        NEW.accepted_at, NEW.fingerprint_index)
    IS DISTINCT FROM
    (OLD.serial, OLD.consumer, OLD.payment_id, OLD.product, OLD.family, OLD.repeat,
        OLD.accepted_at, OLD.fingerprint_index)
    -- Personal data leave it once.
    OR (
        (NEW.customer_index <> OLD.customer_index OR NEW.request <> OLD.request)
        AND NOT (NEW.retention = 'no-personal-data' AND OLD.retention <> 'no-personal-data')
    )
)
EXECUTE FUNCTION refuse('what was asked for would change');

-- Without a new version nothing changes but its owner, and how much is kept.
CREATE TRIGGER payment_version_rises BEFORE UPDATE ON payment FOR EACH ROW
WHEN (
    NEW.version <> OLD.version + 1
    AND NOT (
        (NEW.version, NEW.state, NEW.attempts, NEW.updated_at, NEW.next_check_at, NEW.total, NEW.cost)
        IS NOT DISTINCT FROM
        (OLD.version, OLD.state, OLD.attempts, OLD.updated_at, OLD.next_check_at, OLD.total, OLD.cost)
        AND (NEW.value = OLD.value OR NEW.retention <> OLD.retention)
    )
)
EXECUTE FUNCTION refuse('the version of a payment would not rise by one');

-- What is gone is gone, and nothing goes before the payment has ended and awaits nothing.
CREATE TRIGGER payment_retention_falls BEFORE UPDATE ON payment FOR EACH ROW
WHEN (
    NEW.retention <> OLD.retention
    AND NOT (
        NEW.version = OLD.version
        AND OLD.state IN ('SUCCEEDED', 'FAILED', 'REVERSED')
        AND OLD.next_check_at IS NULL
        AND (OLD.retention = 'everything' OR NEW.retention = 'no-personal-data')
    )
)
EXECUTE FUNCTION refuse('a payment would lose its personal data too early, or regain them');

-- Told once, told for ever: state and money of what ended stay, but a success may be reversed.
CREATE TRIGGER payment_end_stays BEFORE UPDATE ON payment FOR EACH ROW
WHEN (
    OLD.state IN ('SUCCEEDED', 'FAILED', 'REVERSED')
    AND NOT (
        (NEW.state = OLD.state OR (OLD.state = 'SUCCEEDED' AND NEW.state = 'REVERSED'))
        AND NEW.total IS NOT DISTINCT FROM OLD.total
        AND NEW.cost IS NOT DISTINCT FROM OLD.cost
    )
)
EXECUTE FUNCTION refuse('the outcome of a payment that ended would change');

CREATE FUNCTION refuse_failure_with_living_attempt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT FROM attempt
        WHERE payment_serial = NEW.serial
            AND attempt.state NOT IN ('not_sent', 'rejected', 'not_executed')
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
            MESSAGE = 'a payment failed while an attempt is alive';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER payment_fails_without_live_attempt BEFORE UPDATE ON payment FOR EACH ROW
WHEN (NEW.state = 'FAILED')
EXECUTE FUNCTION refuse_failure_with_living_attempt();

CREATE TRIGGER payment_keeps_attempts BEFORE UPDATE ON payment FOR EACH ROW
WHEN (NEW.attempts < OLD.attempts)
EXECUTE FUNCTION refuse('an attempt that was recorded is missing from the payment''s new value');

CREATE TRIGGER attempt_end_stays BEFORE UPDATE ON attempt FOR EACH ROW
WHEN (
    OLD.state IN ('succeeded', 'not_sent', 'rejected', 'not_executed') AND NEW.state <> OLD.state
)
EXECUTE FUNCTION refuse('the outcome of an attempt that ended would change');

CREATE TRIGGER attempt_is_one_try BEFORE UPDATE ON attempt FOR EACH ROW
WHEN (
    (NEW.payment_serial, NEW.number, NEW.attempt_id, NEW.provider, NEW.begun_at)
    IS DISTINCT FROM
    (OLD.payment_serial, OLD.number, OLD.attempt_id, OLD.provider, OLD.begun_at)
)
EXECUTE FUNCTION refuse('another attempt would take the place of a recorded one');

CREATE TRIGGER attempt_stays BEFORE DELETE ON attempt FOR EACH ROW
EXECUTE FUNCTION refuse('an attempt would be deleted');
CREATE TRIGGER attempts_stay BEFORE TRUNCATE ON attempt
EXECUTE FUNCTION refuse('attempts would be deleted');

-- The verdict after which a customer may be charged again takes two persons, whatever the code thinks.
CREATE FUNCTION refuse_verdict_of_one() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NOT EXISTS (
        SELECT FROM proposal
        WHERE payment_serial = NEW.payment_serial
            AND attempt = NEW.number
            AND proposal.state = 'confirmed'
    ) THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
            MESSAGE = 'an attempt would be called not executed without two persons';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER attempt_not_executed_by_two BEFORE UPDATE ON attempt FOR EACH ROW
WHEN (NEW.state = 'not_executed' AND OLD.state <> 'not_executed')
EXECUTE FUNCTION refuse_verdict_of_one();
CREATE TRIGGER attempt_begins_undecided BEFORE INSERT ON attempt FOR EACH ROW
WHEN (NEW.state = 'not_executed')
EXECUTE FUNCTION refuse('an attempt would be called not executed without two persons');

CREATE TRIGGER buried_stays BEFORE DELETE ON buried FOR EACH ROW
EXECUTE FUNCTION refuse('a tombstone would be deleted');
CREATE TRIGGER tombstones_stay BEFORE TRUNCATE ON buried
EXECUTE FUNCTION refuse('tombstones would be deleted');
CREATE TRIGGER buried_is_not_changed BEFORE UPDATE ON buried FOR EACH ROW
EXECUTE FUNCTION refuse('a tombstone would be changed');

CREATE TRIGGER event_is_not_changed BEFORE UPDATE ON event FOR EACH ROW
EXECUTE FUNCTION refuse('an event would be changed');
CREATE TRIGGER event_stays BEFORE DELETE ON event FOR EACH ROW
EXECUTE FUNCTION refuse('an event would be deleted');
CREATE TRIGGER events_stay BEFORE TRUNCATE ON event
EXECUTE FUNCTION refuse('events would be deleted');

CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit FOR EACH ROW
EXECUTE FUNCTION refuse('an entry of the audit trail would be changed');
CREATE TRIGGER audit_stays BEFORE DELETE ON audit FOR EACH ROW
EXECUTE FUNCTION refuse('an entry of the audit trail would be deleted');
CREATE TRIGGER audits_stay BEFORE TRUNCATE ON audit
EXECUTE FUNCTION refuse('the audit trail would be deleted');

-- What was written goes with the personal data of its payment; that it was written stays.
CREATE FUNCTION refuse_erasing_too_early() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT retention FROM payment WHERE serial = OLD.payment_serial) <> 'no-personal-data' THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation', MESSAGE = tg_argv[0];
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER note_is_not_changed BEFORE UPDATE ON note FOR EACH ROW
WHEN (
    (NEW.sequence, NEW.payment_serial, NEW.operator, NEW.proven, NEW.actor, NEW.at)
    IS DISTINCT FROM
    (OLD.sequence, OLD.payment_serial, OLD.operator, OLD.proven, OLD.actor, OLD.at)
    OR (NEW.text <> OLD.text AND length(NEW.text) > 0)
)
EXECUTE FUNCTION refuse('a note would be changed');
CREATE TRIGGER note_is_erased_with_its_payment BEFORE UPDATE ON note FOR EACH ROW
WHEN (NEW.text <> OLD.text)
EXECUTE FUNCTION refuse_erasing_too_early('a note would be changed');
CREATE TRIGGER note_stays BEFORE DELETE ON note FOR EACH ROW
EXECUTE FUNCTION refuse('a note would be deleted');
CREATE TRIGGER notes_stay BEFORE TRUNCATE ON note
EXECUTE FUNCTION refuse('notes would be deleted');

CREATE TRIGGER deposit_is_not_changed BEFORE UPDATE ON deposit FOR EACH ROW
EXECUTE FUNCTION refuse('a deposit would be changed');
CREATE TRIGGER deposit_stays BEFORE DELETE ON deposit FOR EACH ROW
EXECUTE FUNCTION refuse('a deposit would be deleted');
CREATE TRIGGER deposits_stay BEFORE TRUNCATE ON deposit
EXECUTE FUNCTION refuse('deposits would be deleted');

CREATE TRIGGER proposal_is_one_verdict BEFORE UPDATE ON proposal FOR EACH ROW
WHEN (
    (NEW.number, NEW.payment_serial, NEW.attempt, NEW.version, NEW.facts, NEW.operator, NEW.proven,
        NEW.actor, NEW.at)
    IS DISTINCT FROM
    (OLD.number, OLD.payment_serial, OLD.attempt, OLD.version, OLD.facts, OLD.operator, OLD.proven,
        OLD.actor, OLD.at)
    OR (NEW.evidence <> OLD.evidence AND length(NEW.evidence) > 0)
)
EXECUTE FUNCTION refuse('a proposed verdict would be changed');
CREATE TRIGGER proposal_is_erased_with_its_payment BEFORE UPDATE ON proposal FOR EACH ROW
WHEN (NEW.evidence <> OLD.evidence)
EXECUTE FUNCTION refuse_erasing_too_early('a proposed verdict would be changed');
CREATE TRIGGER proposal_ends_once BEFORE UPDATE ON proposal FOR EACH ROW
WHEN (
    OLD.state <> 'open'
    AND (NEW.state, NEW.second_operator, NEW.second_proven, NEW.second_actor, NEW.ended_at)
        IS DISTINCT FROM
        (OLD.state, OLD.second_operator, OLD.second_proven, OLD.second_actor, OLD.ended_at)
)
EXECUTE FUNCTION refuse('the end of a proposed verdict would change');
CREATE TRIGGER proposal_stays BEFORE DELETE ON proposal FOR EACH ROW
EXECUTE FUNCTION refuse('a proposed verdict would be deleted');
CREATE TRIGGER proposals_stay BEFORE TRUNCATE ON proposal
EXECUTE FUNCTION refuse('proposed verdicts would be deleted');

CREATE TRIGGER late_charge_stays BEFORE DELETE ON late_charge FOR EACH ROW
EXECUTE FUNCTION refuse('a late charge would be forgotten');
CREATE TRIGGER late_charges_stay BEFORE TRUNCATE ON late_charge
EXECUTE FUNCTION refuse('late charges would be forgotten');
CREATE TRIGGER restore_is_not_changed BEFORE UPDATE ON restore FOR EACH ROW
EXECUTE FUNCTION refuse('a restore would be changed');
CREATE TRIGGER restore_stays BEFORE DELETE ON restore FOR EACH ROW
EXECUTE FUNCTION refuse('a restore would be forgotten');
CREATE TRIGGER restores_stay BEFORE TRUNCATE ON restore
EXECUTE FUNCTION refuse('restores would be forgotten');

CREATE TRIGGER send_journal_covered_rises BEFORE UPDATE ON send_journal FOR EACH ROW
WHEN (NEW.covered < OLD.covered OR NEW.name <> OLD.name)
EXECUTE FUNCTION refuse('what is known of the send journal would fall');
CREATE TRIGGER send_journal_stays BEFORE DELETE ON send_journal FOR EACH ROW
EXECUTE FUNCTION refuse('what is known of the send journal would fall');
CREATE TRIGGER send_journals_stay BEFORE TRUNCATE ON send_journal
EXECUTE FUNCTION refuse('what is known of the send journal would fall');

-- A key goes only when nothing is left that it sealed: the data key's number stands in bytes 2 to 5.
CREATE FUNCTION refuse_while_in_use() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    mark bytea := int4send(OLD.number::integer);
BEGIN
    IF OLD.number = 0
        OR EXISTS (
            SELECT FROM payment WHERE mark IN (substr(request, 2, 4), substr(value, 2, 4))
        )
        OR EXISTS (SELECT FROM inquiry WHERE substr(value, 2, 4) = mark)
        OR EXISTS (SELECT FROM document WHERE substr(content, 2, 4) = mark)
        OR EXISTS (SELECT FROM unlisted_reply WHERE substr(text, 2, 4) = mark)
        OR EXISTS (SELECT FROM audit WHERE substr(reason, 2, 4) = mark)
        OR EXISTS (SELECT FROM note WHERE substr(text, 2, 4) = mark)
        OR EXISTS (SELECT FROM deposit WHERE substr(reference, 2, 4) = mark)
        OR EXISTS (SELECT FROM proposal WHERE substr(evidence, 2, 4) = mark)
    THEN
        RAISE EXCEPTION USING ERRCODE = 'integrity_constraint_violation',
            MESSAGE = 'a key would be deleted that something is sealed with';
    END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER sealed_key_in_use_stays BEFORE DELETE ON sealed_key FOR EACH ROW
EXECUTE FUNCTION refuse_while_in_use();
CREATE TRIGGER sealed_keys_stay BEFORE TRUNCATE ON sealed_key
EXECUTE FUNCTION refuse('a key would be deleted that something is sealed with');
