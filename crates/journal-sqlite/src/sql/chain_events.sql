SELECT sequence, payment_serial, version, consumer, kind, state, at, digest FROM event
WHERE sequence > ?1 AND sequence <= ?2 ORDER BY sequence
