-- +goose Up

ALTER TABLE workers ADD COLUMN "overlay" text NOT NULL DEFAULT '';
ALTER TABLE workers ADD COLUMN "slices_self" boolean NOT NULL DEFAULT false;

CREATE TABLE slicers (
    "id" text NOT NULL,
    "name" text NOT NULL,
    "key_hash" text NOT NULL,
    "revoked" boolean NOT NULL,
    "seen_at" timestamp,
    "created_at" timestamp NOT NULL,
    PRIMARY KEY (id)
);

CREATE UNIQUE INDEX slicers_key_hash_key ON slicers (key_hash);
CREATE INDEX jobs_batch_part_waiting_idx ON jobs (batch_id, part) WHERE status = 'waiting';
