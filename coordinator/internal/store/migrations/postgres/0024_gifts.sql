-- +goose Up

ALTER TABLE donations ADD COLUMN "device" text NOT NULL DEFAULT '';
ALTER TABLE donations ADD COLUMN "words" text NOT NULL DEFAULT '';
ALTER TABLE donations ADD COLUMN "condition" text NOT NULL DEFAULT 'unknown';
ALTER TABLE donations ADD COLUMN "photo" text NOT NULL DEFAULT '';
ALTER TABLE donations ADD COLUMN "each_mg" bigint NOT NULL DEFAULT 0;
ALTER TABLE donations ADD COLUMN "fetch" boolean NOT NULL DEFAULT TRUE;
ALTER TABLE donations ADD COLUMN "address" text NOT NULL DEFAULT '';
ALTER TABLE donations ADD COLUMN "hours" text NOT NULL DEFAULT '';
ALTER TABLE donations ADD COLUMN "why" text NOT NULL DEFAULT '';
ALTER TABLE donations ADD COLUMN "said" text NOT NULL DEFAULT '';
ALTER TABLE donations ADD COLUMN "closed_at" timestamptz;
UPDATE donations SET closed_at = received_at WHERE status = 'received';
UPDATE donations SET why = 'not_coming' WHERE status = 'received' AND received < pledged;

CREATE TABLE blocked_lots (
    "id" text NOT NULL,
    "code" text NOT NULL,
    "donation_id" text REFERENCES donations,
    "words" text NOT NULL,
    "photo" text NOT NULL,
    "quantity" bigint NOT NULL,
    "status" text NOT NULL,
    "material" text NOT NULL,
    "became" bigint NOT NULL,
    "note" text NOT NULL,
    "submit_key" text NOT NULL,
    "by_account" text REFERENCES accounts,
    "created_at" timestamptz NOT NULL,
    "ended_by" text REFERENCES accounts,
    "ended_at" timestamptz,
    PRIMARY KEY (id),
    CHECK (status IN ('blocked', 'identified', 'scrapped', 'returned')),
    CHECK (quantity > 0),
    CHECK (became >= 0)
);
CREATE UNIQUE INDEX blocked_lots_code_key ON blocked_lots (code);
CREATE UNIQUE INDEX blocked_lots_submit_key_key ON blocked_lots (submit_key);
CREATE INDEX blocked_lots_donation_id_idx ON blocked_lots (donation_id);
