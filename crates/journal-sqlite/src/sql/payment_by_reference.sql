SELECT serial, consumer, payment_id, version, updated_at, request, value
FROM payment WHERE serial = (
    SELECT payment_serial FROM attempt WHERE provider = ?1 AND settled_reference = ?2
)