SELECT serial, consumer, payment_id, version, updated_at, request, value
FROM payment
WHERE customer_index IN (SELECT value FROM json_each(?1)) AND serial < ?2
ORDER BY serial DESC