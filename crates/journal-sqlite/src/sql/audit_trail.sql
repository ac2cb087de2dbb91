SELECT actor, action, consumer, payment_id, reason, at FROM audit ORDER BY sequence DESC LIMIT ?1
