-- A page of a user's payments, newest first, is a stretch of this index, however many the user has.
CREATE INDEX payments_user_newest ON books.payments (user_id, id) WHERE user_id IS NOT NULL;
DROP INDEX books.payments_user;
