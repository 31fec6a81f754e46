ALTER TABLE route_decisions ADD COLUMN shares TEXT;
