-- The API: what it asked gateways for, what that holds of a payment until the outcome is known, and the keys of its callers.

-- Whatever is reserved by operations under way counts like money that is gone already: no second operation can spend it.
-- A payment that the API made has its own id (pay_…) as gateway_payment_id until the gateway's is known.
ALTER TABLE books.payments
    ADD COLUMN capture_method     text COLLATE "C" CHECK (capture_method IN ('automatic', 'manual')),
    ADD COLUMN return_url         text,
    ADD COLUMN metadata           jsonb,
    ADD COLUMN next_action        jsonb,
    ADD COLUMN payment_method_id  uuid,
    ADD COLUMN capture_reserved   bigint NOT NULL DEFAULT 0 CHECK (capture_reserved >= 0),
    ADD COLUMN refund_reserved    bigint NOT NULL DEFAULT 0 CHECK (refund_reserved >= 0),
    ADD COLUMN is_cancelling      boolean NOT NULL DEFAULT false,
    ADD COLUMN open_operations    integer NOT NULL DEFAULT 0 CHECK (open_operations >= 0),   -- of api_operations, not final yet
    DROP CONSTRAINT payments_captured_within_authorized,
    ADD CONSTRAINT payments_captured_within_authorized CHECK (0 <= captured AND captured + capture_reserved <= authorized),
    DROP CONSTRAINT payments_refunded_within_captured,
    ADD CONSTRAINT payments_refunded_within_captured CHECK (refunded + refund_pending + refund_reserved <= captured),
    ADD CONSTRAINT payments_reserve_only_for_operations
        CHECK (open_operations > 0 OR (capture_reserved = 0 AND refund_reserved = 0 AND NOT is_cancelling));

-- Pages of a tenant's payments, newest first: ids rise with time, and a tenant is the accounts that it owns.
CREATE INDEX payments_account ON books.payments (gateway, account, id);

-- What a caller asked us to do, from before the gateway is asked. Kept for ever; the creation of a payment has the payment's
-- id, so that it cannot be there twice. Written only under the lock of the payment's row, but for leases. Leases are in the
-- database's time; next_try_at is when somebody has to see to the operation: the end of its lease, or later; null for never.
CREATE TABLE books.api_operations (
    id                 uuid NOT NULL PRIMARY KEY,
    payment_id         uuid NOT NULL,
    kind               text COLLATE "C" NOT NULL CHECK (kind IN ('Create', 'Confirm', 'Capture', 'Cancel', 'Refund')),
    state              text COLLATE "C" NOT NULL CHECK (state IN ('Open', 'Unknown', 'Accepted', 'Succeeded', 'Failed')),
    gateway            text COLLATE "C" NOT NULL,
    account            text COLLATE "C" NOT NULL,
    amount             bigint NOT NULL CHECK (amount >= 0),
    currency           char(3) COLLATE "C" NOT NULL,
    reserved           bigint NOT NULL CHECK (reserved >= 0),   -- what it holds of the payment now
    captured_before    bigint NOT NULL,                         -- what was captured when it began
    is_final           boolean NOT NULL,
    reason             text,
    request            bytea NOT NULL,                          -- empty when the outcome is known
    gateway_key        text COLLATE "C" NOT NULL,
    gateway_reference  text COLLATE "C",
    failure_code       text COLLATE "C",
    failure_message    text,
    principal          text COLLATE "C" NOT NULL,               -- of the key that began it
    idempotency_key    text COLLATE "C" NOT NULL,
    tries              integer NOT NULL,
    lease_epoch        bigint NOT NULL,
    lease_until        timestamptz NOT NULL,
    next_try_at        timestamptz,
    started_at         timestamptz NOT NULL,
    updated_at         timestamptz NOT NULL,
    settled_at         timestamptz,
    UNIQUE (gateway, account, gateway_key),
    CHECK (kind <> 'Create' OR id = payment_id),
    CHECK ((settled_at IS NOT NULL) = (state IN ('Succeeded', 'Failed'))),
    CHECK (settled_at IS NULL OR reserved = 0)
) WITH (fillfactor = 80);
CREATE INDEX api_operations_payment ON books.api_operations (payment_id, id);
CREATE INDEX api_operations_due ON books.api_operations (next_try_at) WHERE next_try_at IS NOT NULL;

-- A caller's key: in flight while there is no answer, then the first definite answer, replayed byte for byte. Removing an old
-- key removes no operation.
CREATE TABLE books.idempotency_keys (
    principal     text COLLATE "C" NOT NULL,
    key           text COLLATE "C" NOT NULL,
    fingerprint   bytea NOT NULL CHECK (octet_length(fingerprint) = 32),
    operation_id  uuid,                                         -- null when the rules refused before there was one
    status        integer,
    content_type  text,
    body          bytea,
    location      text,
    etag          text,
    created_at    timestamptz NOT NULL,
    expires_at    timestamptz NOT NULL,
    PRIMARY KEY (principal, key),
    CHECK ((status IS NULL) = (body IS NULL) AND (status IS NULL) = (content_type IS NULL)),
    CHECK (expires_at >= created_at + interval '30 days')
);
CREATE INDEX idempotency_keys_expiry ON books.idempotency_keys (expires_at);

ALTER TABLE books.audit_batches ADD COLUMN operation_id uuid;   -- the API's operation that the batch settled; null for webhooks

-- A user's id at a gateway, as the gateway's customer.
CREATE TABLE books.gateway_customers (
    user_id              text COLLATE "C" NOT NULL,
    gateway              text COLLATE "C" NOT NULL,
    account              text COLLATE "C" NOT NULL,
    gateway_customer_id  text COLLATE "C" NOT NULL,
    created_at           timestamptz NOT NULL,
    PRIMARY KEY (gateway, account, user_id)
);
