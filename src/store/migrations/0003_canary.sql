-- A test mail of our own: written here before it goes out. What came of it is the record that bears its id.
CREATE TABLE canary (
    id TEXT PRIMARY KEY NOT NULL,
    source TEXT NOT NULL,
    address TEXT NOT NULL,
    sent_at BIGINT NOT NULL,
    accepted_at BIGINT,
    refused TEXT,
    undelivered TEXT,
    rehearsal BIGINT NOT NULL
);
CREATE INDEX canary_source ON canary (source, sent_at);

-- Null for what builders sent; the id of the canary that it is; or `about ID` for what only tells of one. Neither is ever a touch.
ALTER TABLE record ADD COLUMN canary TEXT;
CREATE INDEX record_canary ON record (canary);
