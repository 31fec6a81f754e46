ALTER TABLE payloads ADD COLUMN removed_by BIGINT;
CREATE TABLE holds (
    id TEXT PRIMARY KEY,
    scope TEXT NOT NULL,
    value TEXT NOT NULL,
    rule TEXT NOT NULL,
    placed_at TEXT NOT NULL,
    placed_by TEXT NOT NULL,
    ends_at TEXT
);
