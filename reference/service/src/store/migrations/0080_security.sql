CREATE TABLE assertions (
    used TEXT PRIMARY KEY,
    ends_at TEXT NOT NULL
);
CREATE INDEX assertions_by_end ON assertions (ends_at);
CREATE TABLE guesses (
    client TEXT NOT NULL,
    person TEXT NOT NULL,
    identifiers TEXT NOT NULL,
    at TEXT NOT NULL,
    PRIMARY KEY (client, person, identifiers)
);
CREATE INDEX guesses_by_time ON guesses (at);
