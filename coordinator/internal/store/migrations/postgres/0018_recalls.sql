-- +goose Up
ALTER TABLE boxes ADD COLUMN "recalled_at" timestamptz;
ALTER TABLE recalls ADD COLUMN "by_account" text REFERENCES accounts;

CREATE INDEX balances_source_idx ON balances (source, item);
CREATE INDEX kit_lots_lot_id_idx ON kit_lots (lot_id);
CREATE INDEX lots_design_id_idx ON lots (design_id);
CREATE INDEX lots_worker_id_idx ON lots (worker_id);
CREATE INDEX lots_maker_id_idx ON lots (maker_id);
