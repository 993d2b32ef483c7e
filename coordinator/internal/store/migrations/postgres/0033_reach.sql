-- +goose Up
-- A recall follows what it touches through these two alone, without the rows.
DROP INDEX balances_source_idx;
CREATE INDEX balances_source_idx ON balances (source, item, location, quantity);
DROP INDEX kit_lots_lot_id_idx;
CREATE INDEX kit_lots_lot_id_idx ON kit_lots (lot_id, kit_id, quantity);
