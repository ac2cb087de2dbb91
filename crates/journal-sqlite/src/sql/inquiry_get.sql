SELECT value FROM inquiry WHERE consumer = ?1 AND inquiry_id = ?2
