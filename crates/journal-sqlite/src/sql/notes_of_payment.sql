SELECT operator, proven, actor, text, at FROM note
WHERE payment_serial = (SELECT serial FROM payment WHERE consumer = ?1 AND payment_id = ?2)
ORDER BY sequence
