-- +goose Up

DROP INDEX attempts_worker_id_idx;
CREATE INDEX attempts_worker_id_created_at_idx ON attempts (worker_id, created_at);
