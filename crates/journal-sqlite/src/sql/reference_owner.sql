SELECT payment.consumer, payment.payment_id
FROM attempt JOIN payment ON payment.serial = attempt.payment_serial
WHERE attempt.provider = ?1 AND attempt.settled_reference = ?2 AND attempt.payment_serial <> ?3
