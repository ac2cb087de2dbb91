SELECT number, hash, last_event, last_fact, at FROM chain ORDER BY number DESC LIMIT 1
