-- What a judgement rests on, as a column, so that those that are due are found without reading the others; null before this
-- migration, which has each judged once more. The order in which records are judged is that of an index.
ALTER TABLE touch ADD COLUMN judged_under TEXT;
CREATE INDEX record_at ON record (at, id);
