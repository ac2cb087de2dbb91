INSERT INTO sealed_key (number, master, wrapped) VALUES (?1, ?2, ?3)
ON CONFLICT (number) DO UPDATE SET master = excluded.master, wrapped = excluded.wrapped
