SELECT json FROM mark WHERE name = ?1
