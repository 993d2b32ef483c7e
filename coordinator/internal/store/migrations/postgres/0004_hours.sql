-- +goose Up

ALTER TABLE workers ADD COLUMN "heat_hours" text NOT NULL DEFAULT '';
ALTER TABLE workers ADD COLUMN "clear_hours" text NOT NULL DEFAULT '';
