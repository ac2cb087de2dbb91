-- Counts a new payment, unless the day would pass its limit (?4, if there is one): no row is changed then.
-- A sum that does not fit becomes a real number, which passes every limit; without one it is held.
INSERT INTO spend (consumer, day, amount)
SELECT ?1, ?2, ?3 WHERE ?4 IS NULL OR ?3 <= ?4
ON CONFLICT (consumer, day) DO UPDATE SET amount = min(amount + excluded.amount, 9000000000000000000)
WHERE ?4 IS NULL OR amount + excluded.amount <= ?4
