-- For logs of a million rows: an index holds what is asked of it and no more, so that a new row, whose id and time come in any order,
-- changes few pages. Mails are judged by time; rows of logs in the order of their ids.
DROP INDEX record_at;
CREATE INDEX record_at ON record (at);
CREATE INDEX record_mail ON record (at) WHERE channel = 'email';
DROP INDEX record_canary;
CREATE INDEX record_canary ON record (canary) WHERE canary IS NOT NULL;
DROP INDEX touch_stale;
CREATE INDEX touch_stale ON touch (record) WHERE stale = 1;
CREATE INDEX touch_review ON touch (at) WHERE review IS NOT NULL;
