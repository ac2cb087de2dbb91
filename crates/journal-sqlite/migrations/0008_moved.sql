-- That this journal moved to a database. Whoever works on it here again makes payments a second time: no
-- opening succeeds once this stands here, also in a copy of the file.
CREATE TABLE moved (
    is_only INTEGER NOT NULL PRIMARY KEY CHECK (is_only = 1),
    -- Which journal it is there.
    journal TEXT NOT NULL,
    -- Where, in words for people.
    place TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE TRIGGER moved_is_not_changed BEFORE UPDATE ON moved
BEGIN SELECT RAISE(ABORT, 'where a journal moved to would change'); END;
CREATE TRIGGER moved_stays BEFORE DELETE ON moved
BEGIN SELECT RAISE(ABORT, 'that a journal moved would be forgotten'); END;
