ALTER TABLE exchanges ADD COLUMN forgiven BIGINT NOT NULL DEFAULT 0;
CREATE INDEX exchanges_by_death ON exchanges (since, id) WHERE state = 'dead-lettered';
CREATE TABLE fixed_codes (
    code TEXT NOT NULL,
    partner TEXT NOT NULL,
    at TEXT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    PRIMARY KEY (code, partner)
);
CREATE TABLE paused_partners (
    partner TEXT PRIMARY KEY,
    since TEXT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL
);
