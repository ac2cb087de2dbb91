UPDATE note SET text = x'' WHERE payment_serial = ?1
