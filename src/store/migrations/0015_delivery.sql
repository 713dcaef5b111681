-- What the one delivery of a mail is known by, so that a copy written otherwise is no second one. Null where nothing tells, for rows of logs, and
-- where an older version collected.
ALTER TABLE record ADD COLUMN delivery TEXT;
CREATE INDEX record_delivery ON record (delivery);
