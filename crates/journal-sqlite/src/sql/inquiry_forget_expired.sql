DELETE FROM inquiry WHERE rowid IN (
    SELECT rowid FROM inquiry WHERE expires_at < ?1 ORDER BY expires_at LIMIT ?2
)