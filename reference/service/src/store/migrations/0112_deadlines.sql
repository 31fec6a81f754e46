-- When a deadline began: a replay gives it its length again.
ALTER TABLE deadlines ADD COLUMN starts_at TEXT;
