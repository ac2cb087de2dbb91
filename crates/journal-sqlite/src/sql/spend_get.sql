SELECT amount FROM spend WHERE consumer = ?1 AND day = ?2
