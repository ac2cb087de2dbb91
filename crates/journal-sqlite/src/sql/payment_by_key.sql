SELECT serial, consumer, payment_id, version, updated_at, request, value
FROM payment WHERE consumer = ?1 AND payment_id = ?2
