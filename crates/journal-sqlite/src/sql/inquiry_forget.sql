-- A few at a time, so that no write waits for a great clean-up.
DELETE FROM inquiry WHERE rowid IN (
    SELECT rowid FROM inquiry WHERE expires_at < ?1 ORDER BY expires_at LIMIT 4
)
