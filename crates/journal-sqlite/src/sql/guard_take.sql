-- Replaces a holder that was displaced; anybody else was refused before.
INSERT INTO guard (product, customer_index, payment_serial) VALUES (?1, ?2, ?3)
ON CONFLICT (product, customer_index) DO UPDATE SET payment_serial = excluded.payment_serial
