ALTER TABLE attempts ADD COLUMN took_ms BIGINT;
ALTER TABLE fulfilments ADD COLUMN transport_ms BIGINT NOT NULL DEFAULT 0;
CREATE TABLE breaches (
    exchange TEXT NOT NULL REFERENCES exchanges (id),
    stage TEXT NOT NULL,
    at TEXT NOT NULL,
    partner TEXT NOT NULL,
    took_ms BIGINT NOT NULL,
    allowed_ms BIGINT NOT NULL,
    policy BIGINT NOT NULL,
    PRIMARY KEY (exchange, stage)
);
CREATE INDEX breaches_by_partner ON breaches (partner, at);
