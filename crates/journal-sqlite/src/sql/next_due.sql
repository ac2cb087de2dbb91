SELECT min(next_check_at) FROM payment WHERE next_check_at IS NOT NULL
