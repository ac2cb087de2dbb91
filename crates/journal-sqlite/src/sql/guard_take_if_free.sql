-- Whoever holds it keeps it.
INSERT INTO guard (product, customer_index, payment_serial) VALUES (?1, ?2, ?3)
ON CONFLICT (product, customer_index) DO NOTHING
