-- +goose Up

ALTER TABLE requests ADD COLUMN "told_from" timestamptz;
ALTER TABLE requests ADD COLUMN "told_to" timestamptz;
ALTER TABLE requests ADD COLUMN "told_at" timestamptz;
