-- +goose Up

ALTER TABLE design_versions ADD COLUMN "checks" text NOT NULL DEFAULT 'null';
ALTER TABLE inspections ADD COLUMN "checked" boolean NOT NULL DEFAULT FALSE;
ALTER TABLE inspections ADD COLUMN "exceptions" text NOT NULL DEFAULT '';
ALTER TABLE inspections ADD COLUMN "checks" text NOT NULL DEFAULT 'null';
