SELECT serial, consumer, payment_id, version, updated_at, request, value
FROM late_charge JOIN payment ON payment.serial = late_charge.payment_serial
WHERE late_charge.payment_serial > ?1
    AND NOT EXISTS (
        SELECT 1 FROM note
        WHERE note.payment_serial = late_charge.payment_serial AND note.at >= late_charge.found_at
    )
ORDER BY late_charge.payment_serial
