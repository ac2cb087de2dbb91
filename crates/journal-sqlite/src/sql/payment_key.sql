SELECT consumer, payment_id FROM payment WHERE serial = ?1
