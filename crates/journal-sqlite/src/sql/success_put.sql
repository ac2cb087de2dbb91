-- A displaced payment that succeeds late must not lower the repeat that is needed next.
INSERT INTO success (product, customer, repeat, at) VALUES (?1, ?2, ?3, ?4)
ON CONFLICT (product, customer) DO UPDATE
SET repeat = max(repeat, excluded.repeat), at = max(at, excluded.at)
