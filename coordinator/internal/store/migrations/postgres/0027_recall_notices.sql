-- +goose Up

ALTER TABLE recalls ADD COLUMN "way" text NOT NULL DEFAULT '' CHECK (way IN ('', 'fetch', 'send'));
ALTER TABLE recalls ADD COLUMN "fetch_on" timestamptz;
ALTER TABLE recalls ADD COLUMN "answers" text NOT NULL DEFAULT '';
ALTER TABLE recalls ADD COLUMN "words" text NOT NULL DEFAULT '';

CREATE TABLE recall_notices (
    "id" text NOT NULL,
    "recall_id" text NOT NULL REFERENCES recalls,
    "kind" text NOT NULL,
    "subject" text NOT NULL,
    "told_at" timestamptz,
    "how" text NOT NULL,
    "told_by" text REFERENCES accounts,
    "answered_at" timestamptz,
    "aside" bigint NOT NULL,
    "gone" bigint NOT NULL,
    "said" text NOT NULL,
    "created_at" timestamptz NOT NULL,
    PRIMARY KEY (id),
    CHECK (kind IN ('facility', 'maker', 'donor')),
    CHECK (aside >= 0 AND gone >= 0)
);
CREATE UNIQUE INDEX recall_notices_one ON recall_notices (recall_id, kind, subject);
