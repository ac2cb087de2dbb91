INSERT INTO audit (operator, actor, second_actor, action, subject, reason, before, after, at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
