SELECT serial, consumer, payment_id, version, updated_at, request, value
FROM payment
WHERE serial IN (
    SELECT payment_serial FROM attempt
    WHERE provider = ?1 AND begun_at >= ?2 AND begun_at < ?3 AND payment_serial > ?4
)
ORDER BY serial
