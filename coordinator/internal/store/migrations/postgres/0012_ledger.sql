-- +goose Up
ALTER TABLE materials ADD COLUMN "measures" text NOT NULL DEFAULT '[]';
ALTER TABLE materials ADD COLUMN "low_at" bigint NOT NULL DEFAULT 0 CHECK (low_at >= 0);
ALTER TABLE spools ADD COLUMN "tare_mg" bigint NOT NULL DEFAULT 0 CHECK (tare_mg >= 0);
ALTER TABLE stock_moves ADD COLUMN "unit" text NOT NULL DEFAULT 'piece';
ALTER TABLE stock_moves ADD COLUMN "note" text NOT NULL DEFAULT '';
ALTER TABLE stock_moves ADD COLUMN "reverses" text REFERENCES stock_moves;
ALTER TABLE balances ADD COLUMN "reserved" bigint NOT NULL DEFAULT 0 CHECK (reserved >= 0 AND (reserved = 0 OR reserved <= quantity));

UPDATE stock_moves SET unit = (SELECT m.unit FROM materials m WHERE 'material:' || m.code = stock_moves.item)
    WHERE item IN (SELECT 'material:' || code FROM materials);

CREATE TABLE reservations (
    "id" text NOT NULL,
    "location" text NOT NULL REFERENCES locations,
    "item" text NOT NULL,
    "source" text NOT NULL,
    "quantity" bigint NOT NULL,
    "request_id" text NOT NULL REFERENCES requests,
    "by_account" text REFERENCES accounts,
    "created_at" timestamptz NOT NULL,
    "ended_at" timestamptz,
    PRIMARY KEY (id),
    CHECK (quantity >= 0)
);
CREATE TABLE stock_takes (
    "id" text NOT NULL,
    "location" text NOT NULL REFERENCES locations,
    "note" text NOT NULL,
    "submit_key" text NOT NULL,
    "by_account" text REFERENCES accounts,
    "at" timestamptz NOT NULL,
    PRIMARY KEY (id)
);
CREATE TABLE stock_take_lines (
    "stock_take_id" text NOT NULL REFERENCES stock_takes,
    "item" text NOT NULL,
    "source" text NOT NULL,
    "booked" bigint NOT NULL,
    "counted" bigint NOT NULL,
    PRIMARY KEY (stock_take_id, item, source),
    CHECK (booked >= 0),
    CHECK (counted >= 0)
);
CREATE TABLE weighings (
    "id" text NOT NULL,
    "spool_id" text NOT NULL REFERENCES spools,
    "gross_mg" bigint NOT NULL,
    "tare_mg" bigint NOT NULL,
    "booked_mg" bigint NOT NULL,
    "by_account" text REFERENCES accounts,
    "at" timestamptz NOT NULL,
    PRIMARY KEY (id),
    CHECK (gross_mg >= tare_mg),
    CHECK (tare_mg >= 0)
);

CREATE UNIQUE INDEX stock_moves_reverses_key ON stock_moves (reverses) WHERE reverses IS NOT NULL;
CREATE UNIQUE INDEX stock_takes_submit_key_key ON stock_takes (submit_key);
CREATE INDEX stock_takes_location_idx ON stock_takes (location);
CREATE INDEX reservations_open_idx ON reservations (item, location, source) WHERE quantity > 0;
CREATE INDEX reservations_request_id_idx ON reservations (request_id);
CREATE INDEX weighings_spool_id_idx ON weighings (spool_id);
DROP INDEX stock_moves_item_idx;
CREATE INDEX stock_moves_item_idx ON stock_moves (item, id);
DROP INDEX balances_item_idx;
CREATE INDEX balances_item_idx ON balances (item, location, source, quantity) WHERE quantity > 0;

-- The ledger only grows: what is wrong is put right by another move.
-- +goose StatementBegin
CREATE FUNCTION stock_moves_stay() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a stock move is never changed or taken out';
END;
$$;
-- +goose StatementEnd
CREATE TRIGGER stock_moves_stay BEFORE UPDATE OR DELETE ON stock_moves FOR EACH ROW EXECUTE FUNCTION stock_moves_stay();
