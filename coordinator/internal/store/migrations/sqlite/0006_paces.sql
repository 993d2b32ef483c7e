-- +goose Up

CREATE TABLE paces (
    "worker_id" text NOT NULL REFERENCES workers,
    "product" text NOT NULL,
    "part" text NOT NULL,
    "factor_pm" integer NOT NULL,
    "good" integer NOT NULL,
    "bad" integer NOT NULL,
    "jobs" integer NOT NULL,
    "updated_at" timestamp NOT NULL,
    PRIMARY KEY (worker_id, product, part),
    CHECK (good >= 0),
    CHECK (bad >= 0)
);
