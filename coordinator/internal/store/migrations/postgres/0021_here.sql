-- +goose Up
CREATE INDEX balances_here_idx ON balances (item, location, source, quantity, reserved)
    WHERE quantity > 0 AND location NOT LIKE 'outside-%' AND location NOT LIKE 'facility-%';
