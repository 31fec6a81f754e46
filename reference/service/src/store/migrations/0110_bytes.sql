-- How long each body is that an exchange has brought: all of them together have a bound.
ALTER TABLE fulfilment_files ADD COLUMN bytes BIGINT;
UPDATE fulfilment_files SET bytes = (SELECT length(p.body) FROM payloads p WHERE p.id = fulfilment_files.body);
