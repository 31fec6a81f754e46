CREATE TABLE disputes (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    state TEXT NOT NULL,
    code TEXT NOT NULL,
    owner TEXT NOT NULL,
    partner TEXT NOT NULL,
    exchange TEXT,
    person TEXT,
    business_transaction_id TEXT NOT NULL,
    opened_at TEXT NOT NULL,
    due_at TEXT NOT NULL,
    ended_at TEXT,
    reopened TEXT
);
CREATE UNIQUE INDEX disputes_open ON disputes (exchange) WHERE ended_at IS NULL;
CREATE INDEX disputes_by_partner ON disputes (partner);
