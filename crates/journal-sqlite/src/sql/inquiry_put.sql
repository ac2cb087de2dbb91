INSERT INTO inquiry (consumer, inquiry_id, expires_at, value) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (consumer, inquiry_id) DO UPDATE
SET expires_at = excluded.expires_at, value = excluded.value
