-- A payment and a key are written twice: when they are made, and when what came of it is known, which makes them longer. A page gets only
-- as many new rows as it can hold with their second versions, so that these stay in it (HOT); written out they fill it as before.
ALTER TABLE books.payments SET (fillfactor = 50);
ALTER TABLE books.idempotency_keys SET (fillfactor = 20);
