INSERT INTO deposit
    (deposit_id, provider, amount, credited_at, reference, operator, proven, actor, recorded_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
