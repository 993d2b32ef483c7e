-- +goose Up

ALTER TABLE runs ADD COLUMN "leave_min" bigint NOT NULL DEFAULT 540;
ALTER TABLE runs ADD COLUMN "vehicle" text NOT NULL DEFAULT '';
ALTER TABLE runs ADD COLUMN "capacity" bigint NOT NULL DEFAULT 0;
ALTER TABLE runs ADD COLUMN "closed_by" text REFERENCES accounts;

CREATE TABLE fetches (
    "id" text NOT NULL,
    "maker_id" text NOT NULL REFERENCES makers,
    "name" text NOT NULL,
    "place" text NOT NULL,
    "phone" text NOT NULL,
    "created_at" timestamptz NOT NULL,
    "done_at" timestamptz,
    PRIMARY KEY (id)
);

ALTER TABLE stops ADD COLUMN "no" bigint NOT NULL DEFAULT 0;
ALTER TABLE stops ADD COLUMN "donation_id" text REFERENCES donations;
ALTER TABLE stops ADD COLUMN "fetch_id" text REFERENCES fetches;
ALTER TABLE stops ADD COLUMN "said" text NOT NULL DEFAULT '';
UPDATE stops SET no = seq;
DROP INDEX stops_run_id_seq_key;
CREATE UNIQUE INDEX stops_run_id_no_key ON stops (run_id, no);

CREATE TABLE stop_goods (
    "id" text NOT NULL,
    "stop_id" text NOT NULL REFERENCES stops,
    "item" text NOT NULL,
    "source" text NOT NULL,
    "quantity" bigint NOT NULL,
    PRIMARY KEY (id),
    CHECK (quantity > 0)
);
CREATE INDEX stop_goods_stop_id_idx ON stop_goods (stop_id);

CREATE TABLE marks (
    "key" text NOT NULL,
    "stop_id" text NOT NULL REFERENCES stops,
    "act" text NOT NULL,
    "receiver" text NOT NULL,
    "reservations" text NOT NULL,
    "boxes" text NOT NULL,
    "why" text NOT NULL,
    "said" text NOT NULL,
    "signature" text NOT NULL,
    "photo" text NOT NULL,
    "by_account" text REFERENCES accounts,
    "outcome" text NOT NULL,
    "happened_at" timestamptz NOT NULL,
    "at" timestamptz NOT NULL,
    "settled_at" timestamptz,
    PRIMARY KEY (key),
    CHECK (act IN ('deliver', 'collect', 'fail')),
    CHECK (outcome IN ('taken', 'same', 'late'))
);
CREATE INDEX marks_stop_id_idx ON marks (stop_id);
CREATE INDEX marks_late_idx ON marks (at) WHERE outcome = 'late' AND settled_at IS NULL;
