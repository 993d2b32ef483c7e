-- +goose Up

ALTER TABLE design_versions ADD COLUMN "given" boolean NOT NULL DEFAULT FALSE;

CREATE TABLE devices (
    "id" text NOT NULL,
    "code" text NOT NULL,
    "donation_id" text REFERENCES donations,
    "kind" text NOT NULL,
    "model" text NOT NULL,
    "condition" text NOT NULL,
    "status" text NOT NULL,
    "wiped_by" text REFERENCES accounts,
    "wiped_at" timestamptz,
    "request_id" text REFERENCES requests,
    "kit_id" text REFERENCES kits,
    "note" text NOT NULL,
    "created_at" timestamptz NOT NULL,
    "ended_at" timestamptz,
    PRIMARY KEY (id),
    CHECK (status IN ('here', 'given', 'scrapped', 'returned'))
);
CREATE UNIQUE INDEX devices_code_key ON devices (code);
CREATE INDEX devices_donation_id_idx ON devices (donation_id);
CREATE INDEX devices_kit_id_idx ON devices (kit_id);
