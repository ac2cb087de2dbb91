SELECT event.sequence, event.consumer, payment.payment_id, event.version, event.kind, event.state,
    event.at
FROM event CROSS JOIN payment ON payment.serial = event.payment_serial
WHERE event.sequence > ?1
ORDER BY event.sequence
LIMIT ?2
