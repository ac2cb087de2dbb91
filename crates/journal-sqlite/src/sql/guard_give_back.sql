-- To the newest payment that is still open, if there is one: it was displaced while in doubt.
INSERT INTO guard (product, customer_index, payment_serial)
SELECT product, customer_index, serial FROM payment
WHERE product = ?1 AND customer_index = ?2 AND state NOT IN ('SUCCEEDED', 'FAILED', 'REVERSED')
ORDER BY serial DESC
LIMIT 1
