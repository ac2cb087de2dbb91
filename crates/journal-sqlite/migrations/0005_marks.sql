-- What backups and restores write into a copy of a journal: plain, because whoever copies a journal need
-- not have its key. A copy of an earlier schema may have the table already.
CREATE TABLE IF NOT EXISTS mark (
    name TEXT NOT NULL PRIMARY KEY CHECK (name IN ('backup', 'restored')),
    json TEXT NOT NULL
) STRICT;
