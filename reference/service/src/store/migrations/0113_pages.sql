-- Where the list of an export goes on that has been read in part, and how many of its pages have been.
ALTER TABLE fulfilments ADD COLUMN page TEXT;
ALTER TABLE fulfilments ADD COLUMN pages BIGINT NOT NULL DEFAULT 0;
