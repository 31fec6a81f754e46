ALTER TABLE exports ADD COLUMN run TEXT;
CREATE TABLE questions (
    client TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    PRIMARY KEY (client, fingerprint)
);
