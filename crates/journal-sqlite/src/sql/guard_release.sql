-- A displaced payment no longer holds the guard, and must not free it for a third one.
DELETE FROM guard WHERE product = ?1 AND customer_index = ?2 AND payment_serial = ?3
