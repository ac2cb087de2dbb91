INSERT INTO late_charge (payment_serial, found_at) VALUES (?1, ?2)
ON CONFLICT (payment_serial) DO UPDATE SET found_at = max(found_at, excluded.found_at)
