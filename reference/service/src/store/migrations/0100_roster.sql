-- How many members an exchange is about, and what came of each of them.
ALTER TABLE exchanges ADD COLUMN kind TEXT NOT NULL DEFAULT 'single';

CREATE TABLE rosters (
    exchange TEXT NOT NULL PRIMARY KEY,
    members TEXT NOT NULL
);
