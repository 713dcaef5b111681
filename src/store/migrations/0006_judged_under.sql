-- What a judgement rests on, what was learned when it was last looked at, and whether the touch teaches or may have a twin: as
-- columns, so that those that are due are found without reading the others. Null before this migration, which has each judged once
-- more. The order in which records are judged is that of an index.
ALTER TABLE touch ADD COLUMN judged_under TEXT;
ALTER TABLE touch ADD COLUMN learned_under TEXT;
ALTER TABLE touch ADD COLUMN teaches BIGINT NOT NULL DEFAULT 0;
ALTER TABLE touch ADD COLUMN letter BIGINT NOT NULL DEFAULT 0;
CREATE INDEX record_at ON record (at, id);
CREATE INDEX touch_teaches ON touch (teaches);
