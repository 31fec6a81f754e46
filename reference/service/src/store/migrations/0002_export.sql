ALTER TABLE links ADD COLUMN group_id TEXT;
ALTER TABLE links ADD COLUMN terms TEXT REFERENCES payloads (id);
CREATE INDEX links_by_group ON links (group_id);
CREATE TABLE histories (
    member TEXT PRIMARY KEY REFERENCES members (reference) ON DELETE CASCADE,
    held TEXT NOT NULL
);
CREATE TABLE exports (
    id TEXT PRIMARY KEY,
    phase TEXT NOT NULL,
    client TEXT NOT NULL,
    member TEXT NOT NULL,
    group_id TEXT NOT NULL,
    wishes TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    business_transaction_id TEXT NOT NULL,
    snapshot BIGINT NOT NULL,
    created_at TEXT NOT NULL,
    done BIGINT NOT NULL DEFAULT 0,
    parts BIGINT NOT NULL DEFAULT 0,
    made TEXT,
    ended_at TEXT,
    expires_at TEXT,
    code TEXT
);
CREATE INDEX exports_by_phase ON exports (phase, id);
CREATE TABLE export_files (
    export TEXT NOT NULL REFERENCES exports (id),
    kind TEXT NOT NULL,
    count BIGINT NOT NULL,
    body TEXT NOT NULL REFERENCES payloads (id),
    PRIMARY KEY (export, kind)
);
