ALTER TABLE exports ADD COLUMN kind TEXT NOT NULL DEFAULT 'data-export';
ALTER TABLE exports ADD COLUMN form TEXT;
ALTER TABLE exports ADD COLUMN request TEXT;
ALTER TABLE links ADD COLUMN submitted TEXT;
CREATE TABLE lists (
    id TEXT PRIMARY KEY,
    client TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    business_transaction_id TEXT NOT NULL,
    snapshot BIGINT NOT NULL
);
CREATE INDEX lists_by_client ON lists (client, id);
CREATE TABLE list_members (
    list TEXT NOT NULL REFERENCES lists (id) ON DELETE CASCADE,
    place BIGINT NOT NULL,
    member TEXT NOT NULL REFERENCES members (reference) ON DELETE CASCADE,
    policy TEXT NOT NULL,
    consent_checked_at TEXT NOT NULL,
    decision TEXT NOT NULL,
    terms TEXT NOT NULL REFERENCES payloads (id),
    submitted TEXT NOT NULL REFERENCES payloads (id),
    PRIMARY KEY (list, place)
);
CREATE INDEX list_members_by_member ON list_members (member);
