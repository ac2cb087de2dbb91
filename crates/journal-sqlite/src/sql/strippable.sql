SELECT serial, consumer, payment_id, version, updated_at, request, value
FROM payment
WHERE state IN ('SUCCEEDED', 'FAILED', 'REVERSED') AND next_check_at IS NULL
    AND retention IN (SELECT value FROM json_each(?1)) AND updated_at < ?2