SELECT deposit_id, provider, amount, credited_at, reference, operator, proven, actor, recorded_at
FROM deposit WHERE deposit_id = ?1
