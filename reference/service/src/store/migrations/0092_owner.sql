-- The exchange that a body is of, also when no row of it names the body any more.
ALTER TABLE payloads ADD COLUMN exchange TEXT;
CREATE INDEX payloads_by_exchange ON payloads (exchange);
