-- +goose Up

ALTER TABLE workers ADD COLUMN "can_load" text NOT NULL DEFAULT '[]';

CREATE TABLE reloads (
    "id" text NOT NULL,
    "worker_id" text NOT NULL REFERENCES workers,
    "filament" text NOT NULL,
    "batch_id" text NOT NULL REFERENCES batches,
    "part" text NOT NULL,
    "plates" bigint NOT NULL,
    "status" text NOT NULL,
    "why" text NOT NULL,
    "until" timestamptz NOT NULL,
    "created_at" timestamptz NOT NULL,
    "answered_at" timestamptz,
    PRIMARY KEY (id),
    CHECK (status IN ('asked', 'yes', 'done', 'no', 'lapsed'))
);

CREATE UNIQUE INDEX reloads_one_open_per_worker ON reloads (worker_id) WHERE status IN ('asked', 'yes');
CREATE INDEX reloads_created_at_idx ON reloads (created_at);
CREATE INDEX reloads_batch_id_idx ON reloads (batch_id);
