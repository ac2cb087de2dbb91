UPDATE proposal
SET state = 'confirmed', second_operator = ?2, second_proven = ?3, second_actor = ?4, ended_at = ?5
WHERE number = ?1 AND state = 'open'
