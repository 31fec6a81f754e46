CREATE TABLE fulfilments (
    exchange TEXT PRIMARY KEY REFERENCES exchanges (id),
    handle TEXT NOT NULL,
    phase TEXT NOT NULL,
    opened_at TEXT,
    place TEXT,
    list TEXT,
    first_at TEXT,
    asked BIGINT NOT NULL DEFAULT 0,
    failures BIGINT NOT NULL DEFAULT 0,
    failing_since TEXT,
    percent BIGINT,
    heard BIGINT NOT NULL DEFAULT 0,
    acted BIGINT NOT NULL DEFAULT 0,
    inventory TEXT REFERENCES payloads (id),
    given TEXT
);
CREATE UNIQUE INDEX fulfilments_by_handle ON fulfilments (handle);
CREATE TABLE fulfilment_files (
    exchange TEXT NOT NULL REFERENCES exchanges (id),
    position BIGINT NOT NULL,
    role TEXT NOT NULL,
    kind TEXT,
    body TEXT REFERENCES payloads (id),
    count BIGINT,
    digest TEXT,
    messages TEXT,
    why TEXT,
    PRIMARY KEY (exchange, position)
);
CREATE TABLE callbacks (
    client TEXT NOT NULL,
    event TEXT NOT NULL,
    exchange TEXT NOT NULL REFERENCES exchanges (id),
    at TEXT NOT NULL,
    word TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    reaction TEXT NOT NULL,
    PRIMARY KEY (client, event)
);
CREATE INDEX callbacks_by_exchange ON callbacks (exchange, at);
CREATE TABLE escalations (
    exchange TEXT NOT NULL REFERENCES exchanges (id),
    at TEXT NOT NULL,
    partner TEXT NOT NULL,
    code TEXT NOT NULL,
    asked_at TEXT NOT NULL,
    acknowledged_at TEXT,
    PRIMARY KEY (exchange, at)
);
CREATE TABLE unmapped (
    id TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    exchange TEXT NOT NULL REFERENCES exchanges (id),
    partner TEXT NOT NULL,
    status BIGINT
);
CREATE INDEX unmapped_by_partner ON unmapped (partner, at);
