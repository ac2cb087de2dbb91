-- The payment a change is made to.
SELECT serial, version, state, attempts, product, customer_index, repeat, retention, request
FROM payment WHERE consumer = ?1 AND payment_id = ?2
