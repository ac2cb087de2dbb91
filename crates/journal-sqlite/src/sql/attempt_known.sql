SELECT EXISTS (
    SELECT 1 FROM payment JOIN attempt ON payment_serial = serial
    WHERE consumer = ?1 AND payment_id = ?2 AND attempt_id = ?3
)
