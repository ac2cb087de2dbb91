UPDATE proposal SET state = 'withdrawn', ended_at = ?2 WHERE number = ?1 AND state = 'open'
