SELECT serial, consumer, payment_id, version, updated_at, request, value
FROM payment WHERE serial = ?1
