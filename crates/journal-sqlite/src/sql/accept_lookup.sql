-- Everything that can stand in the way of an acceptance.
SELECT
    payment.serial,
    payment.fingerprint_index,
    EXISTS (SELECT 1 FROM buried WHERE consumer = ?1 AND payment_id = ?2),
    (SELECT payment_serial FROM guard WHERE product = ?3 AND customer_index = ?4),
    success.repeat,
    success.at,
    success.consumer = ?1
FROM (SELECT 1)
LEFT JOIN payment ON payment.consumer = ?1 AND payment.payment_id = ?2
LEFT JOIN success ON success.product = ?3 AND success.customer_index = ?4