INSERT INTO audit (actor, action, consumer, payment_id, reason, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
