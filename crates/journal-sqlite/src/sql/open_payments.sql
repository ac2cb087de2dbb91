SELECT serial, consumer, payment_id, version, updated_at, request, value
FROM payment
WHERE state NOT IN ('SUCCEEDED', 'FAILED', 'REVERSED') AND serial > ?1
ORDER BY serial
