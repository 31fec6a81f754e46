CREATE TABLE duties (
    subject TEXT NOT NULL,
    duty TEXT NOT NULL,
    partner TEXT NOT NULL,
    follows TEXT,
    starts_at TEXT NOT NULL,
    alert_at TEXT NOT NULL,
    due_at TEXT NOT NULL,
    alerted_at TEXT,
    ended_at TEXT,
    how TEXT,
    PRIMARY KEY (subject, duty)
);
CREATE INDEX duties_by_alert ON duties (alert_at) WHERE ended_at IS NULL AND alerted_at IS NULL;
CREATE INDEX duties_by_end ON duties (due_at, subject, duty);
