-- To the newest payment that is still open, if there is one: it was displaced while in doubt.
INSERT INTO guard (product, customer, payment_serial)
SELECT product, customer, serial FROM payment
WHERE product = ?1 AND customer = ?2 AND state NOT IN ('SUCCEEDED', 'FAILED', 'REVERSED')
ORDER BY serial DESC
LIMIT 1
