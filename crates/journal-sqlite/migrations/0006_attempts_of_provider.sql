-- When each attempt began: what a provider says that it debited in a period is held against the attempts
-- of that period. What began before this step is taken to have begun when its payment was accepted;
-- nothing begins long after that.
ALTER TABLE attempt ADD COLUMN begun_at INTEGER NOT NULL DEFAULT 0;
UPDATE attempt SET begun_at = (SELECT accepted_at FROM payment WHERE serial = payment_serial);

CREATE INDEX attempt_of_provider ON attempt (provider, begun_at, payment_serial);

DROP TRIGGER attempt_is_one_try;
CREATE TRIGGER attempt_is_one_try BEFORE UPDATE ON attempt
WHEN NEW.payment_serial <> OLD.payment_serial
    OR NEW.number <> OLD.number
    OR NEW.attempt_id <> OLD.attempt_id
    OR NEW.provider <> OLD.provider
    OR NEW.begun_at <> OLD.begun_at
BEGIN SELECT RAISE(ABORT, 'another attempt would take the place of a recorded one'); END;

CREATE TRIGGER attempt_begins_at_a_time BEFORE INSERT ON attempt WHEN NEW.begun_at = 0
BEGIN SELECT RAISE(ABORT, 'an attempt would begin at no time'); END;
