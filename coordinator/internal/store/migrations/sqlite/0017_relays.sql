-- +goose Up

CREATE TABLE relays (
    "id" text NOT NULL,
    "code" text NOT NULL,
    "batch_id" text NOT NULL REFERENCES batches,
    "design_id" text NOT NULL REFERENCES design_versions,
    "partner" text NOT NULL,
    "quantity" integer NOT NULL,
    "accepted" integer NOT NULL,
    "due_at" timestamp NOT NULL,
    "note" text NOT NULL,
    "kind" text NOT NULL,
    "town" text NOT NULL,
    "status" text NOT NULL,
    "contact" text NOT NULL,
    "word" text NOT NULL,
    "maker_id" text REFERENCES makers,
    "worker_id" text REFERENCES workers,
    "by_account" text REFERENCES accounts,
    "created_at" timestamp NOT NULL,
    "answered_at" timestamp,
    "ended_at" timestamp,
    PRIMARY KEY (id),
    CHECK (status IN ('offered', 'accepted', 'done', 'declined', 'returned', 'taken')),
    CHECK (quantity > 0),
    CHECK (accepted >= 0)
);

CREATE TABLE relay_parts (
    "relay_id" text NOT NULL REFERENCES relays,
    "part" text NOT NULL,
    "per_unit" integer NOT NULL,
    "pieces" integer NOT NULL,
    "sent" integer NOT NULL,
    PRIMARY KEY (relay_id, part),
    CHECK (pieces >= 0),
    CHECK (sent >= 0)
);

CREATE TABLE relay_lots (
    "lot_id" text NOT NULL REFERENCES lots,
    "relay_id" text NOT NULL REFERENCES relays,
    "key" text NOT NULL,
    "code" text NOT NULL,
    "material" text NOT NULL,
    "at" timestamp NOT NULL,
    PRIMARY KEY (lot_id)
);

CREATE UNIQUE INDEX relays_code_key ON relays (code);
CREATE INDEX relays_batch_id_idx ON relays (batch_id);
CREATE INDEX relays_status_idx ON relays (status);
CREATE UNIQUE INDEX relay_lots_relay_id_key_key ON relay_lots (relay_id, key);

ALTER TABLE makers ADD COLUMN "partner" boolean NOT NULL DEFAULT false;
ALTER TABLE jobs ADD COLUMN "relay_id" text REFERENCES relays;
CREATE INDEX jobs_relay_id_idx ON jobs (relay_id) WHERE relay_id IS NOT NULL;
