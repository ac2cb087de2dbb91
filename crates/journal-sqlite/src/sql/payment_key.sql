SELECT consumer, payment_id, state = 'IN_DOUBT' FROM payment WHERE serial = ?1
