-- Messages of a folder that could not be read so far, as JSON.
ALTER TABLE folder ADD COLUMN aside TEXT NOT NULL DEFAULT '[]';
