CREATE TABLE steps (
    id TEXT PRIMARY KEY,
    exchange TEXT NOT NULL REFERENCES exchanges (id),
    step TEXT NOT NULL,
    run_after TEXT NOT NULL,
    lease_owner TEXT,
    lease_until TEXT,
    attempt BIGINT NOT NULL DEFAULT 0,
    UNIQUE (exchange, step)
);
CREATE INDEX steps_by_due ON steps (run_after, id);
ALTER TABLE exchanges ADD COLUMN paused_at TEXT;
CREATE INDEX exchanges_paused ON exchanges (id) WHERE paused_at IS NOT NULL;
INSERT INTO steps (id, exchange, step, run_after)
SELECT id, id,
    CASE state
        WHEN 'created' THEN 'validate'
        WHEN 'validated' THEN 'resolve-member'
        WHEN 'matched' THEN 'choose-route'
        WHEN 'routed' THEN 'submit'
        ELSE 'monitor'
    END,
    coalesce(next_attempt_at, since)
FROM exchanges
WHERE state IN ('created', 'validated', 'matched', 'routed', 'acknowledged')
    AND (hold IS NULL OR hold NOT IN ('review', 'more-data', 'approval'));
CREATE TABLE signals (
    exchange TEXT NOT NULL REFERENCES exchanges (id),
    key TEXT NOT NULL,
    signal TEXT NOT NULL,
    at TEXT NOT NULL,
    came_to TEXT NOT NULL,
    code TEXT,
    PRIMARY KEY (exchange, key)
);
CREATE TABLE deadlines (
    exchange TEXT NOT NULL REFERENCES exchanges (id),
    deadline TEXT NOT NULL,
    alert_at TEXT NOT NULL,
    due_at TEXT NOT NULL,
    alerted_at TEXT,
    PRIMARY KEY (exchange, deadline)
);
ALTER TABLE outbox RENAME TO outbox_before;
CREATE TABLE outbox (
    id TEXT PRIMARY KEY,
    at TEXT NOT NULL,
    exchange TEXT NOT NULL,
    notice TEXT NOT NULL
);
INSERT INTO outbox (id, at, exchange, notice)
SELECT exchange || '.' || CAST(seq AS TEXT), at, exchange, notice FROM outbox_before;
DROP TABLE outbox_before;
ALTER TABLE idempotency ADD COLUMN held_until TEXT;
