SELECT serial, consumer, payment_id, version, fingerprint, updated_at, request, value
FROM payment WHERE consumer = ?1 AND payment_id = ?2
