DELETE FROM success WHERE product = ?1 AND customer_index = ?2
