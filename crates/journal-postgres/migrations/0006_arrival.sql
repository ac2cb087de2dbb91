-- That this journal came from a file of SQLite (`ppob migrate`). Until nobody can open it there any more,
-- nobody opens it here: `is_done`.
CREATE TABLE arrival (
    is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
    -- The file, in words for people.
    source text COLLATE "C" NOT NULL,
    at bigint NOT NULL,
    is_done boolean NOT NULL
);
CREATE TRIGGER arrival_ends_once BEFORE UPDATE ON arrival FOR EACH ROW WHEN (OLD.is_done)
EXECUTE FUNCTION refuse('a journal would arrive a second time');
CREATE TRIGGER arrival_stays BEFORE DELETE ON arrival FOR EACH ROW
EXECUTE FUNCTION refuse('it would be forgotten where a journal came from');
