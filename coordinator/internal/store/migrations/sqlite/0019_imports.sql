-- +goose Up

CREATE TABLE imports (
    "id" text NOT NULL,
    "kind" text NOT NULL,
    "file" text NOT NULL,
    "hash" text NOT NULL,
    "data" text NOT NULL,
    "status" text NOT NULL,
    "made" text NOT NULL,
    "by_account" text,
    "created_at" timestamp NOT NULL,
    "done_at" timestamp,
    "undone_at" timestamp,
    PRIMARY KEY (id),
    CHECK (kind IN ('makers', 'places', 'stock')),
    CHECK (status IN ('shown', 'done', 'undone'))
);

CREATE INDEX imports_hash ON imports (hash);

CREATE TABLE blank_forms (
    "code" text NOT NULL,
    "kind" text NOT NULL,
    "subject" text NOT NULL,
    "by_account" text,
    "created_at" timestamp NOT NULL,
    "keyed_at" timestamp,
    PRIMARY KEY (code),
    CHECK (kind IN ('request', 'bag', 'handin'))
);
