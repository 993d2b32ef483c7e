-- +goose Up

ALTER TABLE runs ADD COLUMN "counter" boolean NOT NULL DEFAULT FALSE;

CREATE TABLE slots (
    "id" text NOT NULL,
    "from_at" timestamp NOT NULL,
    "to_at" timestamp NOT NULL,
    "capacity" integer NOT NULL,
    "closed" boolean NOT NULL,
    "created_at" timestamp NOT NULL,
    PRIMARY KEY (id),
    CHECK (capacity > 0)
);
CREATE INDEX slots_to_at_idx ON slots (to_at);

CREATE TABLE pickups (
    "id" text NOT NULL,
    "slot_id" text NOT NULL REFERENCES slots,
    "request_id" text NOT NULL REFERENCES requests,
    "created_at" timestamp NOT NULL,
    "over_at" timestamp,
    PRIMARY KEY (id)
);
CREATE UNIQUE INDEX pickups_one_open ON pickups (request_id) WHERE over_at IS NULL;
CREATE INDEX pickups_slot_id_idx ON pickups (slot_id);

CREATE TABLE defects (
    "id" text NOT NULL,
    "request_id" text NOT NULL REFERENCES requests,
    "kit_id" text NOT NULL REFERENCES kits,
    "lot_id" text REFERENCES lots,
    "quantity" integer NOT NULL,
    "why" text NOT NULL,
    "said" text NOT NULL,
    "by_account" text REFERENCES accounts,
    "at" timestamp NOT NULL,
    PRIMARY KEY (id),
    CHECK (quantity > 0)
);
CREATE INDEX defects_kit_id_idx ON defects (kit_id);
CREATE INDEX defects_request_id_idx ON defects (request_id);
