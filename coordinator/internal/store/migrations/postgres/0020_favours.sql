-- +goose Up

CREATE TABLE favours (
    "id" text NOT NULL,
    "lab" text NOT NULL,
    "site" text NOT NULL,
    "token" text NOT NULL,
    "ca" text NOT NULL,
    "code" text NOT NULL,
    "batch_id" text NOT NULL REFERENCES batches,
    "quantity" bigint NOT NULL,
    "due_at" timestamptz NOT NULL,
    "status" text NOT NULL,
    "told" text NOT NULL,
    "give_up" boolean NOT NULL,
    "trouble" text NOT NULL,
    "seen_at" timestamptz,
    "created_at" timestamptz NOT NULL,
    "ended_at" timestamptz,
    PRIMARY KEY (id),
    CHECK (status IN ('open', 'done', 'closed')),
    CHECK (quantity > 0)
);

CREATE TABLE favour_lots (
    "id" text NOT NULL,
    "favour_id" text NOT NULL REFERENCES favours,
    "lot_id" text NOT NULL REFERENCES lots,
    "part" text NOT NULL,
    "quantity" bigint NOT NULL,
    "code" text NOT NULL,
    "counted" bigint NOT NULL,
    "at" timestamptz NOT NULL,
    "told_at" timestamptz,
    "done_at" timestamptz,
    PRIMARY KEY (id),
    CHECK (quantity > 0)
);

CREATE UNIQUE INDEX favours_token_key ON favours (token);
CREATE INDEX favour_lots_favour_id_idx ON favour_lots (favour_id);
