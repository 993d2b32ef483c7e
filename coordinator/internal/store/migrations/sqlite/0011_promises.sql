-- +goose Up

ALTER TABLE requests ADD COLUMN "told_from" timestamp;
ALTER TABLE requests ADD COLUMN "told_to" timestamp;
ALTER TABLE requests ADD COLUMN "told_at" timestamp;
