-- What the payments of a consumer count together, by the day of their acceptance (days since 1970-01-01
-- in Western Indonesian Time): the most it may come to while a payment is open, its total once paid.
-- Payments accepted before this step count from their end on.
CREATE TABLE spend (
    consumer TEXT NOT NULL,
    day INTEGER NOT NULL,
    amount INTEGER NOT NULL CHECK (amount >= 0),
    PRIMARY KEY (consumer, day)
) STRICT, WITHOUT ROWID;

-- Whose payment the latest success was: its time is told to nobody else. Empty: not known.
ALTER TABLE success ADD COLUMN consumer TEXT NOT NULL DEFAULT '';
