SELECT provider, text, count, first_at, last_at FROM unlisted_reply
WHERE ?1 IS NULL OR provider = ?1
ORDER BY count DESC, provider, text
LIMIT ?2
