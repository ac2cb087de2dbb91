-- A displaced payment that succeeds late must not lower the repeat that is needed next.
INSERT INTO success (product, customer_index, repeat, at, consumer) VALUES (?1, ?2, ?3, ?4, ?5)
ON CONFLICT (product, customer_index) DO UPDATE
SET repeat = max(repeat, excluded.repeat),
    consumer = CASE WHEN excluded.at >= at THEN excluded.consumer ELSE consumer END,
    at = max(at, excluded.at)
