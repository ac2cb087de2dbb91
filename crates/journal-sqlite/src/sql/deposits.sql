SELECT deposit_id, provider, amount, credited_at, reference, operator, proven, actor, recorded_at
FROM deposit WHERE provider = ?1 AND credited_at >= ?2
ORDER BY credited_at, deposit_id
LIMIT ?3
