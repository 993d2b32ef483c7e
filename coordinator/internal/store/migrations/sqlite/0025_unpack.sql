-- +goose NO TRANSACTION
-- +goose Up

-- A kit that was taken apart whole holds none. SQLite cannot change a check: the table is made anew, which may run again
-- after a crash.
PRAGMA foreign_keys = OFF;

DROP TABLE IF EXISTS kits_new;

BEGIN IMMEDIATE;

CREATE TABLE kits_new (
    "id" text NOT NULL,
    "request_id" text NOT NULL REFERENCES requests,
    "product" text NOT NULL,
    "design_id" text NOT NULL REFERENCES design_versions,
    "quantity" integer NOT NULL,
    "box_id" text REFERENCES boxes,
    "by_account" text REFERENCES accounts,
    "created_at" timestamp NOT NULL,
    PRIMARY KEY (id),
    CHECK (quantity >= 0)
);

INSERT INTO kits_new (id, request_id, product, design_id, quantity, box_id, by_account, created_at)
SELECT id, request_id, product, design_id, quantity, box_id, by_account, created_at FROM kits;

DROP TABLE kits;

ALTER TABLE kits_new RENAME TO kits;

CREATE INDEX kits_request_id_idx ON kits (request_id);
CREATE INDEX kits_box_id_idx ON kits (box_id);

COMMIT;

PRAGMA foreign_keys = ON;
