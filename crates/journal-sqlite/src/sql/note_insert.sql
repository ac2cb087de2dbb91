INSERT INTO note (payment_serial, operator, proven, actor, text, at)
SELECT serial, ?3, ?4, ?5, ?6, ?7 FROM payment WHERE consumer = ?1 AND payment_id = ?2
