CREATE TABLE person_entries (
    person TEXT NOT NULL REFERENCES members (reference) ON DELETE CASCADE,
    place BIGINT NOT NULL,
    attribute TEXT NOT NULL,
    value TEXT NOT NULL,
    provenance TEXT NOT NULL,
    PRIMARY KEY (person, place)
);
CREATE TABLE person_keys (
    key TEXT NOT NULL,
    person TEXT NOT NULL REFERENCES members (reference) ON DELETE CASCADE,
    PRIMARY KEY (key, person)
);
CREATE INDEX person_keys_by_person ON person_keys (person);
