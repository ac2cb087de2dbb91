INSERT INTO attempt
    (payment_serial, number, attempt_id, provider, state, settled_reference, begun_at)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
