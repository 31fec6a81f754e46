ALTER TABLE exchanges ADD COLUMN synthetic BIGINT;
CREATE TABLE synthetic_runs (
    id TEXT PRIMARY KEY,
    checked BIGINT NOT NULL,
    begun_at TEXT NOT NULL,
    code TEXT
);
CREATE INDEX synthetic_runs_by_check ON synthetic_runs (checked, begun_at, id);
