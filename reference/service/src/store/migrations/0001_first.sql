CREATE TABLE payloads (
    id TEXT PRIMARY KEY,
    kind TEXT NOT NULL,
    at TEXT NOT NULL,
    body BLOB NOT NULL
);
CREATE TABLE members (
    reference TEXT PRIMARY KEY,
    member_id TEXT NOT NULL,
    member_key TEXT NOT NULL,
    subscriber_key TEXT,
    families TEXT NOT NULL,
    birth_date TEXT NOT NULL,
    patient TEXT NOT NULL,
    umb TEXT NOT NULL,
    standing TEXT NOT NULL DEFAULT 'open'
);
CREATE INDEX members_by_member ON members (member_key);
CREATE INDEX members_by_subscriber ON members (subscriber_key);
CREATE TABLE links (
    member TEXT NOT NULL REFERENCES members (reference) ON DELETE CASCADE,
    client TEXT NOT NULL,
    policy TEXT NOT NULL,
    consent_checked_at TEXT NOT NULL,
    decision TEXT NOT NULL,
    snapshot BIGINT NOT NULL,
    business_transaction_id TEXT NOT NULL,
    PRIMARY KEY (member, client)
);
CREATE TABLE exchanges (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL DEFAULT 0,
    state TEXT NOT NULL,
    since TEXT NOT NULL,
    created_at TEXT NOT NULL,
    business_transaction_id TEXT NOT NULL,
    client TEXT NOT NULL,
    partner TEXT NOT NULL,
    request TEXT NOT NULL REFERENCES payloads (id),
    result TEXT REFERENCES payloads (id),
    schema_version TEXT,
    route_set BIGINT,
    snapshot BIGINT NOT NULL,
    consent_checked_at TEXT,
    submissions BIGINT NOT NULL DEFAULT 0,
    generation BIGINT NOT NULL DEFAULT 0,
    first_attempt_at TEXT,
    next_attempt_at TEXT,
    hold TEXT,
    disposition TEXT NOT NULL,
    code TEXT,
    resume_at TEXT
);
CREATE INDEX exchanges_by_state ON exchanges (state, id);
CREATE TABLE history (
    exchange TEXT NOT NULL REFERENCES exchanges (id),
    version BIGINT NOT NULL,
    at TEXT NOT NULL,
    from_state TEXT NOT NULL,
    to_state TEXT NOT NULL,
    move TEXT NOT NULL,
    code TEXT,
    snapshot BIGINT NOT NULL,
    PRIMARY KEY (exchange, version)
);
CREATE TABLE attempts (
    exchange TEXT NOT NULL REFERENCES exchanges (id),
    number BIGINT NOT NULL,
    at TEXT NOT NULL,
    correlation_id TEXT NOT NULL,
    status BIGINT,
    code TEXT,
    wait_ms BIGINT,
    PRIMARY KEY (exchange, number)
);
CREATE TABLE audit (
    seq BIGINT PRIMARY KEY,
    at TEXT NOT NULL,
    exchange TEXT NOT NULL,
    business_transaction_id TEXT NOT NULL,
    action TEXT NOT NULL,
    code TEXT
);
CREATE TABLE outbox (
    seq BIGINT PRIMARY KEY,
    at TEXT NOT NULL,
    exchange TEXT NOT NULL,
    notice TEXT NOT NULL
);
CREATE TABLE dead_letters (
    exchange TEXT PRIMARY KEY REFERENCES exchanges (id),
    at TEXT NOT NULL,
    resume_at TEXT NOT NULL,
    code TEXT NOT NULL
);
CREATE TABLE idempotency (
    client TEXT NOT NULL,
    operation TEXT NOT NULL,
    key TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    status BIGINT,
    headers TEXT,
    body TEXT REFERENCES payloads (id),
    expires_at TEXT NOT NULL,
    PRIMARY KEY (client, operation, key)
);
