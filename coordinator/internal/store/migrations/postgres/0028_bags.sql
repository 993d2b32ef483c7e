-- +goose Up

ALTER TABLE lots ADD COLUMN "sent_how" text NOT NULL DEFAULT '';
ALTER TABLE lots ADD COLUMN "sent_at" timestamptz;
ALTER TABLE lots ADD COLUMN "expected_at" timestamptz;
ALTER TABLE lots ADD COLUMN "rests_until" timestamptz;
CREATE INDEX inspections_lot_id_idx ON inspections (lot_id);
