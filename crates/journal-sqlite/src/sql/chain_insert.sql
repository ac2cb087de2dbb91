INSERT INTO chain (number, previous, hash, last_event, last_fact, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
