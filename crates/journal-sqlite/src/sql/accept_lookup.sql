-- Everything that can stand in the way of an acceptance.
SELECT
    (SELECT serial FROM payment WHERE consumer = ?1 AND payment_id = ?2),
    EXISTS (SELECT 1 FROM buried WHERE consumer = ?1 AND payment_id = ?2),
    (SELECT payment_serial FROM guard WHERE product = ?3 AND customer = ?4),
    success.repeat,
    success.at,
    success.consumer = ?1
FROM (SELECT 1)
LEFT JOIN success ON success.product = ?3 AND success.customer = ?4
