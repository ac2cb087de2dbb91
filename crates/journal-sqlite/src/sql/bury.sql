INSERT INTO buried (consumer, payment_id, at) VALUES (?1, ?2, ?3)
ON CONFLICT (consumer, payment_id) DO NOTHING
