-- The books. Forward only: never change this file once it is released; add the next number.
--
-- Rules that hold for every table here:
--   * Text that is compared is COLLATE "C": bytes, no locale.
--   * No foreign keys on the apply path. All rows of a payment are written by the one transaction that holds the payment's
--     row lock; `verify` looks for orphans. A key check per row would cost more than the rows.
--   * Times named occurred_at are the gateway's; recorded_at, received_at, created_at and updated_at are ours.

-- A claim on one gateway event, for ever: whoever inserts the row may fold the event. The row is written with its verdict
-- in the transaction that folds, so it is never there without its effect.
CREATE TABLE books.inbox (
    gateway       text COLLATE "C" NOT NULL,
    account       text COLLATE "C" NOT NULL,
    event_key     text COLLATE "C" NOT NULL,
    content_hash  uuid NOT NULL,                -- 16 bytes; the same key with another hash is a conflict
    type          text COLLATE "C" NOT NULL,    -- the gateway's word
    verdict       text COLLATE "C" NOT NULL
        CHECK (verdict IN ('applied', 'ignored', 'no_facts', 'parked', 'quarantined', 'stale')),
    payment_id    uuid,                         -- the first payment that the event touched
    topic         text COLLATE "C" NOT NULL,    -- the log record that won the claim
    "partition"   integer NOT NULL,
    "offset"      bigint NOT NULL,
    received_at   timestamptz NOT NULL,
    applied_at    timestamptz NOT NULL,
    PRIMARY KEY (gateway, account, event_key)
);

-- A claim on one delivery id where the gateway signs one: the same id with another body is a forgery
-- (PayPal signs only a CRC32 of the body).
CREATE TABLE books.inbox_deliveries (
    gateway      text COLLATE "C" NOT NULL,
    account      text COLLATE "C" NOT NULL,
    delivery_id  text COLLATE "C" NOT NULL,
    body_hash    bytea NOT NULL CHECK (octet_length(body_hash) = 32),
    received_at  timestamptz NOT NULL,
    PRIMARY KEY (gateway, account, delivery_id)
);

-- fillfactor: a payment is rewritten a few times in its life; the free space keeps that in the page (HOT), since no
-- indexed column changes.
CREATE TABLE books.payments (
    id                  uuid NOT NULL PRIMARY KEY,
    gateway             text COLLATE "C" NOT NULL,
    account             text COLLATE "C" NOT NULL,
    gateway_payment_id  text COLLATE "C" NOT NULL,
    origin              text COLLATE "C" NOT NULL CHECK (origin IN ('external', 'api')),
    order_id            text COLLATE "C",
    user_id             text COLLATE "C",
    currency            char(3) COLLATE "C",
    status              text COLLATE "C" NOT NULL,
    version             integer NOT NULL CHECK (version >= 0),
    amount              bigint NOT NULL CHECK (amount >= 0),
    authorized          bigint NOT NULL,
    captured            bigint NOT NULL,
    refunded            bigint NOT NULL CHECK (refunded >= 0),
    refund_pending      bigint NOT NULL CHECK (refund_pending >= 0),
    disputed            bigint NOT NULL CHECK (disputed >= 0),
    fees                bigint NOT NULL,
    memory              jsonb NOT NULL,
    created_at          timestamptz NOT NULL,
    updated_at          timestamptz NOT NULL,
    CONSTRAINT payments_captured_within_authorized CHECK (0 <= captured AND captured <= authorized),
    CONSTRAINT payments_refunded_within_captured CHECK (refunded + refund_pending <= captured),
    CONSTRAINT payments_amounts_have_a_currency CHECK (currency IS NOT NULL OR amount + authorized + captured + disputed = 0)
) WITH (fillfactor = 70);
CREATE INDEX payments_order ON books.payments (order_id) WHERE order_id IS NOT NULL;
CREATE INDEX payments_user ON books.payments (user_id) WHERE user_id IS NOT NULL;

-- Every id by which a gateway ever named a payment.
CREATE TABLE books.payment_aliases (
    gateway     text COLLATE "C" NOT NULL,
    account     text COLLATE "C" NOT NULL,
    alias       text COLLATE "C" NOT NULL,
    payment_id  uuid NOT NULL,
    PRIMARY KEY (gateway, account, alias)
);

-- The parts of a payment as they stand now: captures, refunds, voids, disputes, fees.
CREATE TABLE books.operations (
    id                 uuid NOT NULL UNIQUE,
    payment_id         uuid NOT NULL,
    kind               text COLLATE "C" NOT NULL,
    gateway_reference  text COLLATE "C" NOT NULL,
    amount             bigint NOT NULL CHECK (amount >= 0),
    currency           char(3) COLLATE "C" NOT NULL,
    status             text COLLATE "C" NOT NULL,
    reason             text,
    occurred_at        timestamptz NOT NULL,
    recorded_at        timestamptz NOT NULL,
    PRIMARY KEY (payment_id, kind, gateway_reference)
) WITH (fillfactor = 85);

-- One row per version of a payment, and per event of payment.events that tells it. Append only.
CREATE TABLE books.transitions (
    payment_id   uuid NOT NULL,
    version      integer NOT NULL CHECK (version > 0),
    from_status  text COLLATE "C" NOT NULL,
    to_status    text COLLATE "C" NOT NULL,
    cause        text COLLATE "C" NOT NULL,     -- the fact key
    event_id     text COLLATE "C" NOT NULL,
    event_type   text COLLATE "C" NOT NULL,
    inbox_key    text COLLATE "C",              -- the gateway event that told the fact; null when an API reply did
    occurred_at  timestamptz NOT NULL,
    recorded_at  timestamptz NOT NULL,
    PRIMARY KEY (payment_id, version)
);

-- Double entry, one row per movement: the same amount leaves one account and enters another, so that every row balances by
-- construction (docs/decisions/0005). Append only. No balance row: balances are sums.
CREATE TABLE books.journal (
    id              bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    owner           uuid NOT NULL,              -- the payment or the payout
    kind            text COLLATE "C" NOT NULL,
    cause           text COLLATE "C" NOT NULL,  -- the fact key
    gateway         text COLLATE "C" NOT NULL,
    gateway_account text COLLATE "C" NOT NULL,
    debit_account   text COLLATE "C" NOT NULL,
    credit_account  text COLLATE "C" NOT NULL,
    amount          bigint NOT NULL CHECK (amount > 0),
    currency        char(3) COLLATE "C" NOT NULL,
    occurred_at     timestamptz NOT NULL,
    recorded_at     timestamptz NOT NULL,
    PRIMARY KEY (owner, cause, kind),
    CHECK (debit_account <> credit_account)
);

-- The same as signed lines, for those who sum: positive is a debit, negative a credit.
CREATE VIEW books.journal_postings AS
SELECT id AS entry_id, owner, kind, cause, gateway, gateway_account, debit_account AS account, amount, currency, occurred_at
FROM books.journal
UNION ALL
SELECT id, owner, kind, cause, gateway, gateway_account, credit_account, -amount, currency, occurred_at
FROM books.journal;

CREATE TABLE books.payouts (
    id                 uuid NOT NULL PRIMARY KEY,
    gateway            text COLLATE "C" NOT NULL,
    account            text COLLATE "C" NOT NULL,
    gateway_payout_id  text COLLATE "C" NOT NULL,
    amount             bigint NOT NULL,
    currency           char(3) COLLATE "C" NOT NULL,
    status             text COLLATE "C" NOT NULL,
    version            integer NOT NULL CHECK (version >= 0),
    fact_keys          text[] NOT NULL,
    created_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    UNIQUE (gateway, account, gateway_payout_id)
);

CREATE TABLE books.payment_methods (
    id               uuid NOT NULL PRIMARY KEY,
    gateway          text COLLATE "C" NOT NULL,
    account          text COLLATE "C" NOT NULL,
    gateway_token    text COLLATE "C" NOT NULL,
    user_id          text COLLATE "C",
    brand            text,
    last4            text,
    expiry_month     integer,
    expiry_year      integer,
    is_default       boolean NOT NULL,
    is_removed       boolean NOT NULL,
    version          integer NOT NULL CHECK (version >= 0),
    fact_keys        text[] NOT NULL,
    news_at          timestamptz NOT NULL,      -- the gateway's time of the newest news that was taken over
    created_at       timestamptz NOT NULL,
    updated_at       timestamptz NOT NULL,
    UNIQUE (gateway, account, gateway_token)
);
CREATE INDEX payment_methods_user ON books.payment_methods (user_id) WHERE user_id IS NOT NULL;

-- What payment.events must still get. A row is there from the commit of its cause until the log has it. event_id is unique
-- because transitions, payouts and payment_methods count versions under their row locks.
-- Order: ids of one key rise with its commits, since its owner's row is locked before the id is taken.
CREATE TABLE books.outbox (
    shard        smallint NOT NULL,             -- hash of the key: one publisher at a time per shard
    id           bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
    topic        text COLLATE "C" NOT NULL,
    key          text COLLATE "C" NOT NULL,
    event_id     text COLLATE "C" NOT NULL,
    event_type   text COLLATE "C" NOT NULL,
    headers      text,                          -- JSON: further headers as an object of strings
    payload      bytea NOT NULL,
    created_at   timestamptz NOT NULL,
    PRIMARY KEY (shard, id)
) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 20000, autovacuum_vacuum_cost_delay = 0);

-- Who may publish a shard. The epoch fences: it rises with every change of owner. Times are the database's.
CREATE TABLE books.outbox_leases (
    shard       smallint NOT NULL PRIMARY KEY,
    owner       text COLLATE "C",
    epoch       bigint NOT NULL,
    expires_at  timestamptz NOT NULL
);
INSERT INTO books.outbox_leases (shard, epoch, expires_at) SELECT shard, 0, '-infinity' FROM generate_series(0, 15) AS shard;

-- Facts about a payment that we do not know (yet). Resolved rows stay as history until retention takes them.
CREATE TABLE books.parked (
    id           bigint GENERATED ALWAYS AS IDENTITY NOT NULL PRIMARY KEY,
    gateway      text COLLATE "C" NOT NULL,
    account      text COLLATE "C" NOT NULL,
    event_key    text COLLATE "C" NOT NULL,
    fact_key     text COLLATE "C" NOT NULL,
    fact         jsonb NOT NULL,
    parked_at    timestamptz NOT NULL,
    deadline     timestamptz NOT NULL,
    resolved_at  timestamptz,
    resolution   text COLLATE "C" CHECK (resolution IN ('applied', 'external', 'quarantined')),
    payment_id   uuid,
    CHECK ((resolved_at IS NULL) = (resolution IS NULL))
);
CREATE INDEX parked_deadline ON books.parked (deadline) WHERE resolved_at IS NULL;

-- What a parked fact waits for: any one of these. Deleted when it is resolved.
CREATE TABLE books.parked_aliases (
    gateway    text COLLATE "C" NOT NULL,
    account    text COLLATE "C" NOT NULL,
    alias      text COLLATE "C" NOT NULL,
    parked_id  bigint NOT NULL,
    PRIMARY KEY (gateway, account, alias, parked_id)
);
CREATE INDEX parked_aliases_parked ON books.parked_aliases (parked_id);

-- Records (or single events of a record) that could not be applied. The bytes are kept, so that they can be read again.
CREATE TABLE books.dead_letters (
    id                bigint GENERATED ALWAYS AS IDENTITY NOT NULL PRIMARY KEY,
    topic             text COLLATE "C" NOT NULL,
    "partition"       integer NOT NULL,
    "offset"          bigint NOT NULL,
    gateway           text COLLATE "C" NOT NULL,
    account           text COLLATE "C" NOT NULL,
    event_key         text COLLATE "C" NOT NULL,   -- as ingress noted it when the record could not be read
    reason            text COLLATE "C" NOT NULL,   -- of a small closed set: unreadable, conflict, currency_mismatch ...
    error             text NOT NULL,
    attempts          integer NOT NULL,
    record_key        text COLLATE "C" NOT NULL,
    headers           jsonb NOT NULL,              -- array of [name, value]
    body              bytea NOT NULL,
    appended_at       timestamptz NOT NULL,
    created_at        timestamptz NOT NULL,
    redrives          integer NOT NULL DEFAULT 0,
    redriven_at       timestamptz,
    redrive_outcome   text,                        -- null: still open
    UNIQUE (topic, "partition", "offset", event_key)
);
CREATE INDEX dead_letters_open ON books.dead_letters (id) WHERE redrive_outcome IS NULL;

-- How often the processing of a record was begun without an end; outlives the process that the record killed.
CREATE TABLE books.attempts (
    topic        text COLLATE "C" NOT NULL,
    "partition"  integer NOT NULL,
    "offset"     bigint NOT NULL,
    count        integer NOT NULL,
    error        text,
    updated_at   timestamptz NOT NULL,
    PRIMARY KEY (topic, "partition", "offset")
);

-- One row per committed batch. digest: SHA-256 over the batch's claims, transitions and movements. xid: readers go in the
-- order (xid, id) and stop at the snapshot's xmin, because ids are handed out before commits.
CREATE TABLE books.audit_batches (
    id           bigint GENERATED ALWAYS AS IDENTITY NOT NULL PRIMARY KEY,
    xid          xid8 NOT NULL DEFAULT pg_current_xact_id(),
    worker       text COLLATE "C" NOT NULL,
    at           timestamptz NOT NULL,
    offsets      jsonb NOT NULL,                   -- {"topic/partition": [first, last]}
    records      integer NOT NULL,
    applied      integer NOT NULL,                 -- events by verdict, from here
    duplicates   integer NOT NULL,
    ignored      integer NOT NULL,
    no_facts     integer NOT NULL,
    parked       integer NOT NULL,
    quarantined  integer NOT NULL,
    transitions  integer NOT NULL,
    movements    integer NOT NULL,
    digest       bytea NOT NULL CHECK (octet_length(digest) = 32)
);
CREATE INDEX audit_batches_commit_order ON books.audit_batches (xid, id);

-- hash = SHA-256(previous hash || digest), closed over committed batches by the maintenance pass, off the apply path.
CREATE TABLE books.audit_chain (
    seq       bigint NOT NULL PRIMARY KEY,         -- gapless from 1
    batch_id  bigint NOT NULL UNIQUE,
    xid       xid8 NOT NULL,
    hash      bytea NOT NULL CHECK (octet_length(hash) = 32)
);

CREATE FUNCTION books.append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'books.% is append only', TG_TABLE_NAME USING ERRCODE = 'restrict_violation';
END $$;

CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON books.transitions
    FOR EACH STATEMENT EXECUTE FUNCTION books.append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON books.journal
    FOR EACH STATEMENT EXECUTE FUNCTION books.append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON books.payment_aliases
    FOR EACH STATEMENT EXECUTE FUNCTION books.append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON books.inbox_deliveries
    FOR EACH STATEMENT EXECUTE FUNCTION books.append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON books.audit_batches
    FOR EACH STATEMENT EXECUTE FUNCTION books.append_only();
CREATE TRIGGER append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON books.audit_chain
    FOR EACH STATEMENT EXECUTE FUNCTION books.append_only();
CREATE TRIGGER append_only BEFORE DELETE OR TRUNCATE ON books.inbox
    FOR EACH STATEMENT EXECUTE FUNCTION books.append_only();

-- A claim stands for ever; only a quarantined event may be judged again (re-drive).
CREATE FUNCTION books.inbox_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.verdict <> 'quarantined' OR (NEW.gateway, NEW.account, NEW.event_key, NEW.content_hash)
            IS DISTINCT FROM (OLD.gateway, OLD.account, OLD.event_key, OLD.content_hash) THEN
        RAISE EXCEPTION 'the claim on % is final', OLD.event_key USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER inbox_is_final BEFORE UPDATE ON books.inbox FOR EACH ROW EXECUTE FUNCTION books.inbox_is_final();
