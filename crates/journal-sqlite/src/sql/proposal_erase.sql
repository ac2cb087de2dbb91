UPDATE proposal SET evidence = x'' WHERE payment_serial = ?1
