UPDATE payment
SET version = version + 1, state = ?3, attempts = ?4, updated_at = ?5, next_check_at = ?6,
    total = ?7, cost = ?8, value = ?9
WHERE serial = ?1 AND version = ?2
