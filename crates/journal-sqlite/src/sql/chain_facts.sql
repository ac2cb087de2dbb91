SELECT sequence, kind, subject, digest FROM fact
WHERE sequence > ?1 AND sequence <= ?2 ORDER BY sequence
