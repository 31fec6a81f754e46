-- Who carries out what is answered later, and until when; like the leases of steps. The column run is the fence.
ALTER TABLE exports ADD COLUMN lease_owner TEXT;
ALTER TABLE exports ADD COLUMN lease_until TEXT;
ALTER TABLE exports ADD COLUMN run_after TEXT;
ALTER TABLE exports ADD COLUMN attempt BIGINT NOT NULL DEFAULT 0;
