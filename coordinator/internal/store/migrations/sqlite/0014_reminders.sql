-- +goose Up

ALTER TABLE attempts ADD COLUMN "reminded_at" timestamp;
