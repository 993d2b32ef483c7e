-- +goose Up

ALTER TABLE request_lines ADD COLUMN "supplied" text NOT NULL DEFAULT '[]';
ALTER TABLE kits ADD COLUMN "supplied" text NOT NULL DEFAULT '[]';
