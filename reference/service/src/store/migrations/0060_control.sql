CREATE TABLE control_documents (
    kind TEXT NOT NULL,
    number BIGINT NOT NULL,
    origin TEXT NOT NULL,
    standing TEXT NOT NULL,
    candidate BIGINT NOT NULL,
    body TEXT NOT NULL,
    digest TEXT NOT NULL,
    at TEXT NOT NULL,
    author TEXT NOT NULL,
    reason TEXT NOT NULL,
    decided_at TEXT,
    approver TEXT,
    PRIMARY KEY (kind, number)
);
CREATE TABLE snapshots (
    number BIGINT PRIMARY KEY,
    at TEXT NOT NULL,
    state TEXT NOT NULL,
    author TEXT NOT NULL,
    cause TEXT NOT NULL
);
CREATE TABLE route_decisions (
    exchange TEXT NOT NULL REFERENCES exchanges (id),
    version BIGINT NOT NULL,
    at TEXT NOT NULL,
    snapshot BIGINT NOT NULL,
    route_set BIGINT NOT NULL,
    decided_by TEXT NOT NULL,
    choice TEXT NOT NULL,
    PRIMARY KEY (exchange, version)
);
CREATE INDEX route_decisions_by_set ON route_decisions (route_set, at);
