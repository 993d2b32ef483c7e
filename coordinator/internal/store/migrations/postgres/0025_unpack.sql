-- +goose Up

-- A kit that was taken apart whole holds none.
ALTER TABLE kits
    DROP CONSTRAINT kits_quantity_check,
    ADD CONSTRAINT kits_quantity_check CHECK (quantity >= 0);
