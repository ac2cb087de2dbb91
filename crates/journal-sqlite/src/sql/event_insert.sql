INSERT INTO event (payment_serial, version, consumer, kind, state, at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6)
