-- Where the bytes of a record lie that share a file of evidence with others: the file's SHA-256, the first byte, how many. Null where they
-- have a file of their own.
ALTER TABLE record ADD COLUMN held TEXT;
