-- How ready the site was when it was asked, as JSON (`readiness` of crickets.form/1); null before this migration and where no page was seen.
ALTER TABLE inquiry ADD COLUMN readiness TEXT;
