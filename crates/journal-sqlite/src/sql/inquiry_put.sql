INSERT INTO inquiry (consumer, inquiry_id, customer_index, expires_at, value)
VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (consumer, inquiry_id) DO UPDATE
SET customer_index = excluded.customer_index, expires_at = excluded.expires_at, value = excluded.value
