CREATE TABLE spans (
    id TEXT PRIMARY KEY,
    exchange TEXT NOT NULL REFERENCES exchanges (id),
    replays BIGINT NOT NULL,
    kind TEXT NOT NULL,
    started_at TEXT NOT NULL,
    ended_at TEXT NOT NULL,
    correlation_id TEXT,
    failed BIGINT NOT NULL,
    code TEXT,
    consent TEXT,
    confidence TEXT,
    told BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX spans_by_exchange ON spans (exchange, replays);
CREATE INDEX spans_untold ON spans (id) WHERE told = 0;
CREATE TABLE traces (
    exchange TEXT NOT NULL REFERENCES exchanges (id),
    replays BIGINT NOT NULL,
    PRIMARY KEY (exchange, replays)
);
