-- +goose Up

ALTER TABLE plates ADD COLUMN "pile" bigint NOT NULL DEFAULT 0;
ALTER TABLE workers ADD COLUMN "piles" boolean NOT NULL DEFAULT FALSE;

DROP INDEX plates_one_for_all;
CREATE UNIQUE INDEX plates_one_for_all ON plates (design_id, part, copies, pile, model, nozzle_um, filament, overlay) WHERE worker_id IS NULL;
