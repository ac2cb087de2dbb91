DELETE FROM success WHERE product = ?1 AND customer = ?2
