-- When the consent of a match ends, and bodies that were replaced while a legal hold kept them.
ALTER TABLE links ADD COLUMN ends_at TEXT;
ALTER TABLE list_members ADD COLUMN ends_at TEXT;
CREATE INDEX links_by_end ON links (ends_at);
CREATE INDEX list_members_by_end ON list_members (ends_at);
CREATE TABLE replaced (
    payload TEXT PRIMARY KEY REFERENCES payloads (id),
    client TEXT NOT NULL,
    business_transaction_id TEXT NOT NULL
);
