INSERT INTO payment (
    serial, consumer, payment_id, version, state, product, customer_index, family, repeat, attempts,
    accepted_at, updated_at, next_check_at, total, cost, fingerprint_index, retention,
    request, value
) VALUES (
    ?1, ?2, ?3, 1, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14, ?15, 'everything', ?16, ?17
)
