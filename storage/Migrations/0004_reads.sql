-- What callers read: the whole history of one payment, disputes, a user's ways to pay.

CREATE INDEX inbox_payment ON books.inbox (payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX payment_aliases_payment ON books.payment_aliases (payment_id);
CREATE INDEX parked_payment ON books.parked (payment_id) WHERE payment_id IS NOT NULL;
CREATE INDEX dead_letters_record ON books.dead_letters (gateway, account, record_key);
CREATE INDEX operations_disputes ON books.operations (id) WHERE kind = 'Dispute';

-- A user has one default. User ids are a tenant's, and a tenant may have several accounts: the tenant that chose is noted.
ALTER TABLE books.payment_methods ADD COLUMN default_of text COLLATE "C";
CREATE UNIQUE INDEX payment_methods_default ON books.payment_methods (default_of, user_id) WHERE is_default;
ALTER TABLE books.payment_methods ADD CONSTRAINT payment_methods_default_is_of_somebody
    CHECK (NOT is_default OR (user_id IS NOT NULL AND default_of IS NOT NULL AND NOT is_removed));
