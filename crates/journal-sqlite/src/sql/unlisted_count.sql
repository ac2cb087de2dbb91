INSERT INTO unlisted_reply (provider, text_index, text, count, first_at, last_at)
VALUES (?1, ?2, ?3, 1, ?4, ?4)
ON CONFLICT (provider, text_index) DO UPDATE
SET count = count + 1, last_at = max(last_at, excluded.last_at)
