-- The events that the log has, as one numbered list for consumers without a broker (docs/decisions/0013).

ALTER TABLE books.outbox
    ADD COLUMN gateway text COLLATE "C",        -- whose event it is: the owner's gateway and account; null for copies of dead letters
    ADD COLUMN account text COLLATE "C";

UPDATE books.outbox AS o
SET gateway = p.gateway, account = p.account
FROM books.payments AS p
WHERE o.key = 'pay_' || replace(p.id::text, '-', '');
UPDATE books.outbox AS o
SET gateway = m.gateway, account = m.account
FROM books.payment_methods AS m
WHERE o.event_id LIKE 'pm\_' || replace(m.id::text, '-', '') || '.%';
UPDATE books.outbox AS o
SET gateway = p.gateway, account = p.account
FROM books.payouts AS p
WHERE o.key = 'po_' || replace(p.id::text, '-', '');

-- Append only until retention takes the oldest. position: 1, 2, 3 ... without a gap, in the order of commits, because it is handed
-- out under the lock of feed_head: whoever has read up to N has seen every event up to N, and none comes in below it later.
CREATE TABLE books.feed (
    position      bigint NOT NULL PRIMARY KEY,
    event_id      text COLLATE "C" NOT NULL,
    event_type    text COLLATE "C" NOT NULL,
    key           text COLLATE "C" NOT NULL,
    gateway       text COLLATE "C" NOT NULL,
    account       text COLLATE "C" NOT NULL,
    payload       bytea NOT NULL,
    published_at  timestamptz NOT NULL
);
CREATE INDEX feed_key ON books.feed (key, position);

-- One row: the newest position, and the oldest that is still kept.
CREATE TABLE books.feed_head (
    single    boolean NOT NULL PRIMARY KEY DEFAULT true CHECK (single),
    position  bigint NOT NULL,
    oldest    bigint NOT NULL,
    CHECK (1 <= oldest AND oldest <= position + 1)
) WITH (fillfactor = 10);
INSERT INTO books.feed_head (position, oldest) VALUES (0, 1);

CREATE TRIGGER append_only BEFORE UPDATE OR TRUNCATE ON books.feed
    FOR EACH STATEMENT EXECUTE FUNCTION books.append_only();
