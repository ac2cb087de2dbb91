UPDATE payment
SET retention = 'no-personal-data', customer_index = '', request = ?2, value = ?3
WHERE serial = ?1