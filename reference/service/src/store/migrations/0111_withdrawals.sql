-- Route sets that were taken back, by the snapshot that did it, until every exchange has left them.
CREATE TABLE withdrawals (
    snapshot BIGINT PRIMARY KEY,
    route_set BIGINT NOT NULL,
    ended_at TEXT
);
CREATE INDEX withdrawals_by_set ON withdrawals (route_set, snapshot);
CREATE INDEX withdrawals_open ON withdrawals (snapshot) WHERE ended_at IS NULL;
