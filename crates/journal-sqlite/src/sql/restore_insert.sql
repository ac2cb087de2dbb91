INSERT INTO restore (restored_at, taken_at) VALUES (?1, ?2) ON CONFLICT DO NOTHING
