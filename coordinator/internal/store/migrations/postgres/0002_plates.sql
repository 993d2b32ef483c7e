-- +goose Up

ALTER TABLE plates
    ADD COLUMN "overlay" text NOT NULL DEFAULT '',
    ADD COLUMN "worker_id" text REFERENCES workers,
    ADD COLUMN "source" text NOT NULL DEFAULT 'slicer',
    ADD COLUMN "picture" text NOT NULL DEFAULT '',
    ADD COLUMN "filament_um" bigint NOT NULL DEFAULT 0,
    ADD COLUMN "bounds" text NOT NULL DEFAULT '{}',
    ADD COLUMN "warnings" text NOT NULL DEFAULT '[]',
    ADD COLUMN "updated_at" timestamptz NOT NULL DEFAULT '2020-03-17 00:00:00+00:00',
    ADD COLUMN "progress_pm" bigint NOT NULL DEFAULT 0,
    ADD COLUMN "tries" bigint NOT NULL DEFAULT 0,
    ADD COLUMN "next_try_at" timestamptz,
    ADD COLUMN "claimed_by" text NOT NULL DEFAULT '',
    ADD COLUMN "claim_token" text NOT NULL DEFAULT '',
    ADD COLUMN "claimed_until" timestamptz,
    DROP CONSTRAINT plates_status_check,
    ADD CONSTRAINT plates_status_check CHECK (status IN ('pending', 'slicing', 'ready', 'impossible', 'failed', 'cancelled')),
    ADD CONSTRAINT plates_source_check CHECK (source IN ('slicer', 'maker'));

UPDATE plates SET updated_at = created_at;

DROP INDEX plates_design_id_part_copies_model_nozzle_um_filament_key;
CREATE UNIQUE INDEX plates_one_for_all ON plates (design_id, part, copies, model, nozzle_um, filament, overlay) WHERE worker_id IS NULL;
CREATE UNIQUE INDEX plates_one_own ON plates (design_id, part, copies, filament, worker_id) WHERE worker_id IS NOT NULL AND status = 'ready';
CREATE INDEX plates_status_idx ON plates (status);
CREATE INDEX plates_worker_id_idx ON plates (worker_id);
