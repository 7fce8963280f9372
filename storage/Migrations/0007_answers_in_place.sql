-- A key's row grows by its answer: with room in its page the indexes need not hear of it (HOT). A page full of answers is as full as before.
ALTER TABLE books.idempotency_keys SET (fillfactor = 30);

-- How many operations are in doubt is asked every second, whatever goes on beside them.
CREATE INDEX api_operations_unknown ON books.api_operations (started_at) WHERE state = 'Unknown';
