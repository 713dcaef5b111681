-- What came into a folder and was never read, and by which mails the folder is known again, as JSON.
ALTER TABLE folder ADD COLUMN holes TEXT NOT NULL DEFAULT '{}';
