DROP TABLE audit;
CREATE TABLE audit (
    seq BIGINT PRIMARY KEY,
    at TEXT NOT NULL,
    action TEXT NOT NULL,
    actor TEXT NOT NULL,
    exchange TEXT,
    business_transaction_id TEXT,
    correlation_id TEXT,
    partner TEXT,
    leaf TEXT NOT NULL,
    record TEXT,
    removed_by BIGINT
);
CREATE INDEX audit_by_exchange ON audit (exchange, seq);
CREATE INDEX audit_by_transaction ON audit (business_transaction_id, seq);
CREATE INDEX audit_by_correlation ON audit (correlation_id, seq);
CREATE INDEX audit_by_partner ON audit (partner, seq);
CREATE INDEX audit_by_actor ON audit (actor, seq);
CREATE INDEX audit_by_time ON audit (at, seq);
CREATE TABLE audit_nodes (
    level BIGINT NOT NULL,
    place BIGINT NOT NULL,
    hash BLOB NOT NULL,
    PRIMARY KEY (level, place)
);
CREATE TABLE audit_edge (
    log TEXT PRIMARY KEY,
    size BIGINT NOT NULL,
    edge TEXT NOT NULL,
    last TEXT NOT NULL
);
CREATE TABLE audit_heads (
    size BIGINT PRIMARY KEY,
    at TEXT NOT NULL,
    digest TEXT NOT NULL,
    signed TEXT NOT NULL
);
