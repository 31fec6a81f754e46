CREATE TABLE reviews (
    id TEXT PRIMARY KEY,
    version BIGINT NOT NULL,
    cause TEXT NOT NULL,
    state TEXT NOT NULL,
    phase TEXT NOT NULL,
    decision TEXT,
    missing TEXT NOT NULL,
    approvals TEXT NOT NULL,
    partner TEXT NOT NULL,
    exchange TEXT,
    business_transaction_id TEXT NOT NULL,
    subject TEXT NOT NULL,
    question TEXT NOT NULL,
    snapshot BIGINT NOT NULL,
    opened_at TEXT NOT NULL,
    due_at TEXT NOT NULL,
    alerted_at TEXT,
    ended_at TEXT,
    took_ms BIGINT
);
CREATE UNIQUE INDEX reviews_open ON reviews (partner, question) WHERE ended_at IS NULL;
CREATE INDEX reviews_by_question ON reviews (partner, question, opened_at);
CREATE INDEX reviews_by_subject ON reviews (partner, subject);
CREATE INDEX reviews_by_exchange ON reviews (exchange);
CREATE TABLE match_figures (
    day TEXT NOT NULL,
    tier TEXT NOT NULL,
    matches BIGINT NOT NULL,
    PRIMARY KEY (day, tier)
);
