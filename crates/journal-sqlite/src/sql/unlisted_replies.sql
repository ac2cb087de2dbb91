SELECT provider, text_index, text, count, first_at, last_at FROM unlisted_reply
WHERE ?1 IS NULL OR provider = ?1
ORDER BY count DESC, provider, first_at, text_index
LIMIT ?2
