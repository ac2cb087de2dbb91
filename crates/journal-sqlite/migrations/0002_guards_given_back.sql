-- When a payment ends that had displaced one in doubt, the guard goes back to the newest payment of the
-- same product and customer that is still open. It is looked for at every end of a payment.
CREATE INDEX payment_open_of_customer ON payment (product, customer, serial)
    WHERE state NOT IN ('SUCCEEDED', 'FAILED', 'REVERSED');

-- Until now the guard was freed instead.
INSERT INTO guard (product, customer, payment_serial)
SELECT product, customer, max(serial) FROM payment
WHERE state NOT IN ('SUCCEEDED', 'FAILED', 'REVERSED')
GROUP BY product, customer
ON CONFLICT (product, customer) DO NOTHING;
