-- When the call went out that begins an export at the partner, until it is known how it ended.
ALTER TABLE fulfilments ADD COLUMN begun_at TEXT;
