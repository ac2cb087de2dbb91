-- Touches the row only if something changed. What an attempt is must not change: a trigger refuses it.
UPDATE attempt SET attempt_id = ?3, provider = ?4, state = ?5, settled_reference = ?6
WHERE payment_serial = ?1 AND number = ?2
    AND (
        state <> ?5 OR settled_reference IS NOT ?6 OR attempt_id <> ?3 OR provider <> ?4
    )
