SELECT number, master, wrapped FROM sealed_key ORDER BY number
