-- +goose Up
CREATE INDEX lots_status_idx ON lots (status, id);
CREATE INDEX attempts_status_idx ON attempts (status, id);
CREATE INDEX boxes_status_idx ON boxes (status, id);
CREATE INDEX donations_status_idx ON donations (status, id);
CREATE INDEX spools_donation_id_idx ON spools (donation_id) WHERE donation_id IS NOT NULL;
