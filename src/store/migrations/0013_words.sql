-- What of a letter is compared with those of its builder, so that no letter is read again for it. Null where nothing is, and where an
-- older version judged.
ALTER TABLE touch ADD COLUMN words TEXT;
