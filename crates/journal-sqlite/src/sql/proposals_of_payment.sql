SELECT number, attempt, version, facts, operator, proven, actor, evidence, at FROM proposal
WHERE payment_serial = (SELECT serial FROM payment WHERE consumer = ?1 AND payment_id = ?2)
    AND state = 'open'
ORDER BY attempt
