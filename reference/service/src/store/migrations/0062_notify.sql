ALTER TABLE outbox RENAME TO outbox_untold;
CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    exchange TEXT,
    notice TEXT NOT NULL,
    refusals BIGINT,
    tries BIGINT NOT NULL DEFAULT 0,
    next_at TEXT,
    told_at TEXT
);
INSERT INTO outbox (id, at, exchange, notice) SELECT id, at, exchange, notice FROM outbox_untold;
DROP TABLE outbox_untold;
CREATE INDEX outbox_by_time ON outbox (at) WHERE told_at IS NULL;
