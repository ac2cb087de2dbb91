INSERT INTO mark (name, json) VALUES (?1, ?2)
ON CONFLICT (name) DO UPDATE SET json = excluded.json
