-- A displaced payment that succeeds late must not lower the repeat that is needed next.
INSERT INTO success (product, customer_index, repeat, at) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (product, customer_index) DO UPDATE
SET repeat = max(repeat, excluded.repeat), at = max(at, excluded.at)
