-- +goose Up

ALTER TABLE batches ADD COLUMN "works" text NOT NULL DEFAULT '[]';

CREATE TABLE handouts (
    "attempt_id" text NOT NULL REFERENCES attempts,
    "item" text NOT NULL,
    "source" text NOT NULL,
    "quantity" integer NOT NULL,
    "used" integer NOT NULL,
    "back" integer NOT NULL,
    "at" timestamp NOT NULL,
    PRIMARY KEY (attempt_id, item, source)
);
CREATE INDEX handouts_source_idx ON handouts (source);
