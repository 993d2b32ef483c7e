-- +goose Up

ALTER TABLE makers ADD COLUMN "postcode" text NOT NULL DEFAULT '';
ALTER TABLE makers ADD COLUMN "email" text NOT NULL DEFAULT '';
ALTER TABLE makers ADD COLUMN "collect_id" text REFERENCES locations;
ALTER TABLE makers ADD COLUMN "status" text NOT NULL DEFAULT '' CHECK (status IN ('', 'pending', 'refused', 'gone'));
ALTER TABLE makers ADD COLUMN "skills" text NOT NULL DEFAULT '[]';
ALTER TABLE makers ADD COLUMN "note" text NOT NULL DEFAULT '';
ALTER TABLE makers ADD COLUMN "word" text NOT NULL DEFAULT '';
ALTER TABLE makers ADD COLUMN "invited" boolean NOT NULL DEFAULT false;
ALTER TABLE makers ADD COLUMN "consent_at" timestamp;

ALTER TABLE workers ADD COLUMN "paused_until" timestamp;
ALTER TABLE workers ADD COLUMN "week_cap" integer NOT NULL DEFAULT 0;
ALTER TABLE workers ADD COLUMN "retired_at" timestamp;
ALTER TABLE workers ADD COLUMN "model_said" text NOT NULL DEFAULT '';
ALTER TABLE workers ADD COLUMN "colour" text NOT NULL DEFAULT '';
ALTER TABLE workers ADD COLUMN "days" integer NOT NULL DEFAULT 0;

ALTER TABLE agents ADD COLUMN "words" text NOT NULL DEFAULT '';
ALTER TABLE agents ADD COLUMN "said_at" timestamp;
