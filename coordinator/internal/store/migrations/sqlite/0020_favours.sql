-- +goose Up

CREATE TABLE favours (
    "id" text NOT NULL,
    "lab" text NOT NULL,
    "site" text NOT NULL,
    "token" text NOT NULL,
    "ca" text NOT NULL,
    "code" text NOT NULL,
    "batch_id" text NOT NULL REFERENCES batches,
    "quantity" integer NOT NULL,
    "due_at" timestamp NOT NULL,
    "status" text NOT NULL,
    "told" text NOT NULL,
    "give_up" boolean NOT NULL,
    "trouble" text NOT NULL,
    "seen_at" timestamp,
    "created_at" timestamp NOT NULL,
    "ended_at" timestamp,
    PRIMARY KEY (id),
    CHECK (status IN ('open', 'done', 'closed')),
    CHECK (quantity > 0)
);

CREATE TABLE favour_lots (
    "id" text NOT NULL,
    "favour_id" text NOT NULL REFERENCES favours,
    "lot_id" text NOT NULL REFERENCES lots,
    "part" text NOT NULL,
    "quantity" integer NOT NULL,
    "code" text NOT NULL,
    "counted" integer NOT NULL,
    "at" timestamp NOT NULL,
    "told_at" timestamp,
    "done_at" timestamp,
    PRIMARY KEY (id),
    CHECK (quantity > 0)
);

CREATE UNIQUE INDEX favours_token_key ON favours (token);
CREATE INDEX favour_lots_favour_id_idx ON favour_lots (favour_id);
