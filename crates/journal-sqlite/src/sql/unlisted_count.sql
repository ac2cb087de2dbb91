INSERT INTO unlisted_reply (provider, text, count, first_at, last_at) VALUES (?1, ?2, 1, ?3, ?3)
ON CONFLICT (provider, text) DO UPDATE
SET count = count + 1, last_at = max(last_at, excluded.last_at)
