INSERT INTO proposal (
    payment_serial, attempt, version, facts, operator, proven, actor, evidence, at,
    state, second_operator, second_proven, second_actor, ended_at
)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
