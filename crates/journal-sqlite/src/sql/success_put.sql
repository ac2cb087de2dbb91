-- Who was accepted after the latest success was held against it, and may begin a new series. A displaced
-- payment that succeeds late must not lower the repeat that is needed next.
INSERT INTO success (product, customer_index, repeat, at, consumer) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (product, customer_index) DO UPDATE
SET repeat = CASE WHEN ?6 >= at THEN excluded.repeat ELSE max(repeat, excluded.repeat) END,
    consumer = CASE WHEN excluded.at >= at THEN excluded.consumer ELSE consumer END,
    at = max(at, excluded.at)
