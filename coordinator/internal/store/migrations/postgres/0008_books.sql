-- +goose Up

ALTER TABLE workers ADD COLUMN "hold" text NOT NULL DEFAULT '{}';
ALTER TABLE workers ADD COLUMN "held_at" timestamptz;
ALTER TABLE workers ADD COLUMN "trusted_at" timestamptz;
ALTER TABLE lots ADD COLUMN "bad_why" text NOT NULL DEFAULT '';
ALTER TABLE lots ADD COLUMN "photo" text NOT NULL DEFAULT '';
ALTER TABLE requests ADD COLUMN "confirmed_at" timestamptz;

CREATE TABLE lot_gives (
    "id" text NOT NULL,
    "lot_id" text NOT NULL REFERENCES lots,
    "from_batch" text NOT NULL REFERENCES batches,
    "to_batch" text NOT NULL REFERENCES batches,
    "quantity" bigint NOT NULL,
    "at" timestamptz NOT NULL,
    PRIMARY KEY (id),
    CHECK (quantity > 0)
);

CREATE INDEX lot_gives_lot ON lot_gives (lot_id);
CREATE INDEX lot_gives_from ON lot_gives (from_batch);
CREATE INDEX lot_gives_to ON lot_gives (to_batch);
