-- What touches of certain owners teach, and what the others could be known by, a row a mark: a new mail is judged by the rows of its
-- own marks, and what it teaches has only those looked at again that bear it. What a comparison of words needs stands beside
-- the judgement, so that no judgement is read for it.
CREATE TABLE lesson (
    record TEXT NOT NULL,
    mark TEXT NOT NULL,
    owner TEXT NOT NULL,
    by_person BIGINT NOT NULL,
    first TEXT NOT NULL,
    PRIMARY KEY (record, mark)
);
CREATE INDEX lesson_mark ON lesson (mark, owner, by_person, first);
CREATE TABLE bears (
    record TEXT NOT NULL,
    mark TEXT NOT NULL,
    PRIMARY KEY (record, mark)
);
CREATE INDEX bears_mark ON bears (mark);
ALTER TABLE touch ADD COLUMN stale BIGINT NOT NULL DEFAULT 0;
ALTER TABLE touch ADD COLUMN sketch TEXT;
ALTER TABLE touch ADD COLUMN twin TEXT;
CREATE INDEX touch_stale ON touch (stale);
DROP INDEX touch_teaches;
ALTER TABLE touch DROP COLUMN learned_under;
ALTER TABLE touch DROP COLUMN teaches;
