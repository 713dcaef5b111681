-- For logs of a million rows: an index holds what is asked of it and no more, so that a new row, whose id and time come in any order,
-- changes few pages. Mails are judged by time; rows of logs in the order of their ids.
DROP INDEX record_at;
CREATE INDEX record_at ON record (at);
CREATE INDEX record_mail ON record (at) WHERE channel = 'email';
DROP INDEX record_canary;
CREATE INDEX record_canary ON record (canary) WHERE canary IS NOT NULL;
DROP INDEX touch_stale;
CREATE INDEX touch_stale ON touch (record) WHERE stale = 1;
DROP INDEX touch_inquiry;
CREATE INDEX touch_inquiry ON touch (inquiry) WHERE inquiry IS NOT NULL;
CREATE INDEX touch_review ON touch ((CASE WHEN review IS NULL THEN 0 ELSE 1 END));
