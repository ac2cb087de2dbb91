SELECT
    payment.serial,
    payment.version,
    (
        SELECT number FROM proposal
        WHERE payment_serial = payment.serial AND attempt = ?3 AND state = 'open'
    )
FROM payment WHERE consumer = ?1 AND payment_id = ?2
