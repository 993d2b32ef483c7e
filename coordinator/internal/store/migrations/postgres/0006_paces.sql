-- +goose Up

CREATE TABLE paces (
    "worker_id" text NOT NULL REFERENCES workers,
    "product" text NOT NULL,
    "part" text NOT NULL,
    "factor_pm" bigint NOT NULL,
    "good" bigint NOT NULL,
    "bad" bigint NOT NULL,
    "jobs" bigint NOT NULL,
    "updated_at" timestamptz NOT NULL,
    PRIMARY KEY (worker_id, product, part),
    CHECK (good >= 0),
    CHECK (bad >= 0)
);
