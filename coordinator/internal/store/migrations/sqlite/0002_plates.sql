-- +goose NO TRANSACTION
-- +goose Up

-- SQLite cannot change a check: the table is made anew. References to it are held back meanwhile, which is not possible
-- inside a transaction. Each step may run again after a crash.
PRAGMA foreign_keys = OFF;

DROP TABLE IF EXISTS plates_new;

BEGIN IMMEDIATE;

CREATE TABLE plates_new (
    "id" text NOT NULL,
    "design_id" text NOT NULL REFERENCES design_versions,
    "part" text NOT NULL,
    "copies" integer NOT NULL,
    "model" text NOT NULL,
    "nozzle_um" integer NOT NULL,
    "filament" text NOT NULL,
    "overlay" text NOT NULL DEFAULT '',
    "worker_id" text REFERENCES workers,
    "source" text NOT NULL DEFAULT 'slicer',
    "status" text NOT NULL,
    "why" text NOT NULL,
    "gcode_hash" text NOT NULL,
    "gcode_bytes" integer NOT NULL,
    "picture" text NOT NULL DEFAULT '',
    "seconds" integer NOT NULL,
    "filament_mg" integer NOT NULL,
    "filament_um" integer NOT NULL DEFAULT 0,
    "layers" integer NOT NULL,
    "lines" integer NOT NULL,
    "bounds" text NOT NULL DEFAULT '{}',
    "warnings" text NOT NULL DEFAULT '[]',
    "slicer" text NOT NULL,
    "created_at" timestamp NOT NULL,
    "updated_at" timestamp NOT NULL DEFAULT '2020-03-17 00:00:00+00:00',
    "progress_pm" integer NOT NULL DEFAULT 0,
    "tries" integer NOT NULL DEFAULT 0,
    "next_try_at" timestamp,
    "claimed_by" text NOT NULL DEFAULT '',
    "claim_token" text NOT NULL DEFAULT '',
    "claimed_until" timestamp,
    PRIMARY KEY (id),
    CHECK (status IN ('pending', 'slicing', 'ready', 'impossible', 'failed', 'cancelled')),
    CHECK (source IN ('slicer', 'maker')),
    CHECK (copies > 0)
);

INSERT INTO plates_new (id, design_id, part, copies, model, nozzle_um, filament, status, why, gcode_hash, gcode_bytes, seconds,
    filament_mg, layers, lines, slicer, created_at, updated_at)
SELECT id, design_id, part, copies, model, nozzle_um, filament, status, why, gcode_hash, gcode_bytes, seconds,
    filament_mg, layers, lines, slicer, created_at, created_at FROM plates;

DROP TABLE plates;

ALTER TABLE plates_new RENAME TO plates;

CREATE UNIQUE INDEX plates_one_for_all ON plates (design_id, part, copies, model, nozzle_um, filament, overlay) WHERE worker_id IS NULL;
CREATE UNIQUE INDEX plates_one_own ON plates (design_id, part, copies, filament, worker_id) WHERE worker_id IS NOT NULL AND status = 'ready';
CREATE INDEX plates_status_idx ON plates (status);
CREATE INDEX plates_worker_id_idx ON plates (worker_id);

COMMIT;

PRAGMA foreign_keys = ON;
