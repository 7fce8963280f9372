-- One transaction settles many operations of the API at once.
ALTER TABLE books.audit_batches ADD COLUMN operation_ids uuid[];   -- all that the batch settled; null for webhooks. operation_id: of older rows
