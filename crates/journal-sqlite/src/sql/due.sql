SELECT serial, consumer, payment_id, version, updated_at, request, value
FROM payment
WHERE next_check_at IS NOT NULL AND next_check_at <= ?1
ORDER BY next_check_at, serial
