SELECT json FROM document WHERE name = ?1
