-- +goose Up

CREATE TABLE facilities (
    "id" text NOT NULL,
    "name" text NOT NULL,
    "kind" text NOT NULL,
    "address" text NOT NULL,
    "postcode" text NOT NULL,
    "town" text NOT NULL,
    "contact" text NOT NULL,
    "phone" text NOT NULL,
    "email" text NOT NULL,
    "access" text NOT NULL,
    "fictitious" boolean NOT NULL,
    "created_at" timestamptz NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE locations (
    "id" text NOT NULL,
    "kind" text NOT NULL,
    "name" text NOT NULL,
    "created_at" timestamptz NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE makers (
    "id" text NOT NULL,
    "name" text NOT NULL,
    "town" text NOT NULL,
    "phone" text NOT NULL,
    "location_id" text NOT NULL REFERENCES locations,
    "created_at" timestamptz NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE accounts (
    "id" text NOT NULL,
    "login" text NOT NULL,
    "name" text NOT NULL,
    "roles" text NOT NULL,
    "maker_id" text REFERENCES makers,
    "password_hash" text NOT NULL,
    "lang" text NOT NULL,
    "disabled" boolean NOT NULL,
    "created_at" timestamptz NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE sessions (
    "token_hash" text NOT NULL,
    "account_id" text NOT NULL REFERENCES accounts,
    "expires_at" timestamptz NOT NULL,
    "created_at" timestamptz NOT NULL,
    PRIMARY KEY (token_hash)
);

CREATE TABLE links (
    "id" text NOT NULL,
    "token_hash" text NOT NULL,
    "kind" text NOT NULL,
    "subject" text NOT NULL,
    "expires_at" timestamptz,
    "used_at" timestamptz,
    "created_at" timestamptz NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE settings (
    "key" text NOT NULL,
    "value" text NOT NULL,
    PRIMARY KEY (key)
);

CREATE TABLE blobs (
    "hash" text NOT NULL,
    "size" bigint NOT NULL,
    "kind" text NOT NULL,
    "created_at" timestamptz NOT NULL,
    PRIMARY KEY (hash)
);

CREATE TABLE blob_chunks (
    "hash" text NOT NULL,
    "n" bigint NOT NULL,
    "data" bytea NOT NULL,
    PRIMARY KEY ("hash", "n")
);

CREATE TABLE counters (
    "name" text NOT NULL PRIMARY KEY,
    "value" bigint NOT NULL
);

CREATE TABLE changes (
    "seq" bigserial PRIMARY KEY,
    "at" timestamptz NOT NULL,
    "code" text NOT NULL,
    "subject" text NOT NULL,
    "request_id" text,
    "worker_id" text,
    "args" text NOT NULL
);

CREATE TABLE materials (
    "code" text NOT NULL,
    "names" text NOT NULL,
    "unit" text NOT NULL,
    PRIMARY KEY (code)
);

CREATE TABLE donations (
    "id" text NOT NULL,
    "ref" text NOT NULL,
    "donor" text NOT NULL,
    "town" text NOT NULL,
    "phone" text NOT NULL,
    "email" text NOT NULL,
    "material" text NOT NULL,
    "pledged" bigint NOT NULL,
    "received" bigint NOT NULL,
    "status" text NOT NULL,
    "may_name" boolean NOT NULL,
    "submit_key" text NOT NULL,
    "created_at" timestamptz NOT NULL,
    "received_at" timestamptz,
    PRIMARY KEY (id),
    CHECK (status IN ('pledged', 'received', 'refused')),
    CHECK (pledged > 0),
    CHECK (received >= 0)
);

CREATE TABLE spools (
    "id" text NOT NULL,
    "code" text NOT NULL,
    "filament" text NOT NULL,
    "colour" text NOT NULL,
    "initial_mg" bigint NOT NULL,
    "donation_id" text REFERENCES donations,
    "recalled" boolean NOT NULL,
    "created_at" timestamptz NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE agents (
    "id" text NOT NULL,
    "maker_id" text NOT NULL REFERENCES makers,
    "name" text NOT NULL,
    "token_hash" text NOT NULL,
    "version" text NOT NULL,
    "online" boolean NOT NULL,
    "epoch" text NOT NULL,
    "revoked" boolean NOT NULL,
    "seen_at" timestamptz,
    "created_at" timestamptz NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE agent_events (
    "agent_id" text NOT NULL REFERENCES agents,
    "outbox" text NOT NULL,
    "seq" bigint NOT NULL,
    "kind" text NOT NULL,
    "body" text NOT NULL,
    "at" timestamptz NOT NULL,
    PRIMARY KEY (agent_id, outbox, seq)
);

CREATE TABLE workers (
    "id" text NOT NULL,
    "kind" text NOT NULL,
    "name" text NOT NULL,
    "maker_id" text NOT NULL REFERENCES makers,
    "attempt_id" text,
    "rev" bigint NOT NULL,
    "paused" boolean NOT NULL,
    "created_at" timestamptz NOT NULL,
    "agent_id" text REFERENCES agents,
    "key" text NOT NULL,
    "model" text NOT NULL,
    "nozzle_um" bigint NOT NULL,
    "filament" text NOT NULL,
    "spool_id" text REFERENCES spools,
    "plate_clear" boolean NOT NULL,
    "steps" text NOT NULL,
    "quota" bigint NOT NULL,
    "time_factor_pm" bigint NOT NULL,
    "good_pieces" bigint NOT NULL,
    "bad_pieces" bigint NOT NULL,
    "state" text NOT NULL,
    "seen_at" timestamptz,
    "updated_at" timestamptz NOT NULL,
    PRIMARY KEY (id),
    CHECK (kind IN ('printer', 'hand'))
);

CREATE TABLE requests (
    "id" text NOT NULL,
    "ref" text NOT NULL,
    "facility_id" text NOT NULL REFERENCES facilities,
    "channel" text NOT NULL,
    "need_by" timestamptz NOT NULL,
    "note" text NOT NULL,
    "status" text NOT NULL,
    "why_code" text NOT NULL,
    "submit_key" text NOT NULL,
    "created_at" timestamptz NOT NULL,
    "approved_at" timestamptz,
    "closed_at" timestamptz,
    "receipt_at" timestamptz,
    PRIMARY KEY (id),
    CHECK (status IN ('received', 'approved', 'refused', 'cancelled', 'delivered'))
);

CREATE TABLE request_lines (
    "id" text NOT NULL,
    "request_id" text NOT NULL REFERENCES requests,
    "product" text NOT NULL,
    "asked" bigint NOT NULL,
    "promised" bigint NOT NULL,
    PRIMARY KEY (id),
    CHECK (asked > 0),
    CHECK (promised >= 0)
);

CREATE TABLE design_versions (
    "id" text NOT NULL,
    "product" text NOT NULL,
    "version" text NOT NULL,
    "hash" text NOT NULL,
    "status" text NOT NULL,
    "claim" text NOT NULL,
    "names" text NOT NULL,
    "blurbs" text NOT NULL,
    "notices" text NOT NULL,
    "colour" text NOT NULL,
    "bom" text NOT NULL,
    "created_at" timestamptz NOT NULL,
    "withdrawn_at" timestamptz,
    "dangerous" boolean NOT NULL,
    PRIMARY KEY (id),
    CHECK (status IN ('prototype', 'trialled', 'withdrawn'))
);

CREATE TABLE batches (
    "id" text NOT NULL,
    "request_id" text REFERENCES requests,
    "design_id" text NOT NULL REFERENCES design_versions,
    "product" text NOT NULL,
    "quantity" bigint NOT NULL,
    "due_at" timestamptz NOT NULL,
    "priority" bigint NOT NULL,
    "status" text NOT NULL,
    "created_at" timestamptz NOT NULL,
    "done_at" timestamptz,
    PRIMARY KEY (id),
    CHECK (status IN ('open', 'paused', 'done', 'cancelled')),
    CHECK (quantity > 0)
);

CREATE TABLE plates (
    "id" text NOT NULL,
    "design_id" text NOT NULL REFERENCES design_versions,
    "part" text NOT NULL,
    "copies" bigint NOT NULL,
    "model" text NOT NULL,
    "nozzle_um" bigint NOT NULL,
    "filament" text NOT NULL,
    "status" text NOT NULL,
    "why" text NOT NULL,
    "gcode_hash" text NOT NULL,
    "gcode_bytes" bigint NOT NULL,
    "seconds" bigint NOT NULL,
    "filament_mg" bigint NOT NULL,
    "layers" bigint NOT NULL,
    "lines" bigint NOT NULL,
    "slicer" text NOT NULL,
    "created_at" timestamptz NOT NULL,
    PRIMARY KEY (id),
    CHECK (status IN ('pending', 'ready', 'impossible')),
    CHECK (copies > 0)
);

CREATE TABLE jobs (
    "id" text NOT NULL,
    "batch_id" text NOT NULL REFERENCES batches,
    "part" text NOT NULL,
    "how" text NOT NULL,
    "copies" bigint NOT NULL,
    "status" text NOT NULL,
    "attempt_id" text,
    "tries" bigint NOT NULL,
    "rev" bigint NOT NULL,
    "wait" text NOT NULL,
    "created_at" timestamptz NOT NULL,
    PRIMARY KEY (id),
    CHECK (status IN ('waiting', 'leased', 'done', 'cancelled')),
    CHECK (copies > 0)
);

CREATE TABLE attempts (
    "id" text NOT NULL,
    "job_id" text NOT NULL REFERENCES jobs,
    "batch_id" text NOT NULL REFERENCES batches,
    "worker_id" text NOT NULL REFERENCES workers,
    "plate_id" text REFERENCES plates,
    "spool_id" text REFERENCES spools,
    "part" text NOT NULL,
    "copies" bigint NOT NULL,
    "no" bigint NOT NULL,
    "status" text NOT NULL,
    "why" text NOT NULL,
    "end_reason" text NOT NULL,
    "lease_until" timestamptz NOT NULL,
    "lines" bigint NOT NULL,
    "resends" bigint NOT NULL,
    "started_at" timestamptz,
    "ended_at" timestamptz,
    "created_at" timestamptz NOT NULL,
    PRIMARY KEY (id),
    CHECK (status IN ('offered', 'leased', 'printing', 'to_count', 'done', 'failed', 'lost', 'declined', 'cancelled'))
);

CREATE TABLE commands (
    "id" text NOT NULL,
    "agent_id" text NOT NULL REFERENCES agents,
    "worker_id" text NOT NULL REFERENCES workers,
    "attempt_id" text REFERENCES attempts,
    "kind" text NOT NULL,
    "status" text NOT NULL,
    "why" text NOT NULL,
    "sends" bigint NOT NULL,
    "created_at" timestamptz NOT NULL,
    "sent_at" timestamptz,
    "expires_at" timestamptz NOT NULL,
    PRIMARY KEY (id),
    CHECK (status IN ('queued', 'accepted', 'refused', 'expired'))
);

CREATE TABLE lots (
    "id" text NOT NULL,
    "code" text NOT NULL,
    "attempt_id" text NOT NULL REFERENCES attempts,
    "batch_id" text NOT NULL REFERENCES batches,
    "design_id" text NOT NULL REFERENCES design_versions,
    "part" text NOT NULL,
    "worker_id" text NOT NULL REFERENCES workers,
    "maker_id" text NOT NULL REFERENCES makers,
    "spool_id" text REFERENCES spools,
    "declared" bigint NOT NULL,
    "bad" bigint NOT NULL,
    "good" bigint NOT NULL,
    "status" text NOT NULL,
    "created_at" timestamptz NOT NULL,
    "settled_at" timestamptz,
    PRIMARY KEY (id),
    CHECK (status IN ('made', 'ready', 'blocked')),
    CHECK (declared >= 0),
    CHECK (bad >= 0),
    CHECK (good >= 0)
);

CREATE TABLE inspections (
    "id" text NOT NULL,
    "lot_id" text NOT NULL REFERENCES lots,
    "good" bigint NOT NULL,
    "bad" bigint NOT NULL,
    "reason" text NOT NULL,
    "by_account" text REFERENCES accounts,
    "at" timestamptz NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE recalls (
    "id" text NOT NULL,
    "what" text NOT NULL,
    "subject" text NOT NULL,
    "reason" text NOT NULL,
    "lots" bigint NOT NULL,
    "boxes" bigint NOT NULL,
    "at" timestamptz NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE stock_moves (
    "id" text NOT NULL,
    "at" timestamptz NOT NULL,
    "item" text NOT NULL,
    "source" text NOT NULL,
    "from_location" text NOT NULL REFERENCES locations,
    "to_location" text NOT NULL REFERENCES locations,
    "quantity" bigint NOT NULL,
    "why" text NOT NULL,
    "subject" text NOT NULL,
    "by_account" text REFERENCES accounts,
    PRIMARY KEY (id),
    CHECK (quantity > 0),
    CHECK (from_location <> to_location)
);

CREATE TABLE balances (
    "location" text NOT NULL REFERENCES locations,
    "item" text NOT NULL,
    "source" text NOT NULL,
    "quantity" bigint NOT NULL,
    PRIMARY KEY (location, item, source),
    CHECK (quantity >= 0 OR location LIKE 'outside-%')
);

CREATE TABLE runs (
    "id" text NOT NULL,
    "code" text NOT NULL,
    "driver" text NOT NULL,
    "phone" text NOT NULL,
    "day" timestamptz NOT NULL,
    "vehicle_id" text NOT NULL REFERENCES locations,
    "status" text NOT NULL,
    "created_at" timestamptz NOT NULL,
    "finished_at" timestamptz,
    PRIMARY KEY (id),
    CHECK (status IN ('planned', 'on_way', 'done'))
);

CREATE TABLE stops (
    "id" text NOT NULL,
    "run_id" text NOT NULL REFERENCES runs,
    "seq" bigint NOT NULL,
    "kind" text NOT NULL,
    "facility_id" text REFERENCES facilities,
    "maker_id" text REFERENCES makers,
    "request_id" text REFERENCES requests,
    "status" text NOT NULL,
    "why" text NOT NULL,
    "done_at" timestamptz,
    PRIMARY KEY (id),
    CHECK (status IN ('open', 'done', 'partly', 'failed')),
    CHECK (kind IN ('collect', 'drop', 'deliver'))
);

CREATE TABLE boxes (
    "id" text NOT NULL,
    "code" text NOT NULL,
    "request_id" text NOT NULL REFERENCES requests,
    "stop_id" text REFERENCES stops,
    "status" text NOT NULL,
    "recalled" boolean NOT NULL,
    "created_at" timestamptz NOT NULL,
    PRIMARY KEY (id),
    CHECK (status IN ('packed', 'loaded', 'delivered', 'returned'))
);

CREATE TABLE kits (
    "id" text NOT NULL,
    "request_id" text NOT NULL REFERENCES requests,
    "product" text NOT NULL,
    "design_id" text NOT NULL REFERENCES design_versions,
    "quantity" bigint NOT NULL,
    "box_id" text REFERENCES boxes,
    "by_account" text REFERENCES accounts,
    "created_at" timestamptz NOT NULL,
    PRIMARY KEY (id),
    CHECK (quantity > 0)
);

CREATE TABLE kit_lots (
    "kit_id" text NOT NULL REFERENCES kits,
    "lot_id" text NOT NULL REFERENCES lots,
    "quantity" bigint NOT NULL,
    PRIMARY KEY (kit_id, lot_id),
    CHECK (quantity > 0)
);

CREATE TABLE delivery_notes (
    "id" text NOT NULL,
    "no" bigint NOT NULL,
    "stop_id" text NOT NULL REFERENCES stops,
    "request_id" text NOT NULL REFERENCES requests,
    "lines" text NOT NULL,
    "created_at" timestamptz NOT NULL,
    PRIMARY KEY (id)
);

CREATE TABLE proofs (
    "id" text NOT NULL,
    "stop_id" text NOT NULL REFERENCES stops,
    "kind" text NOT NULL,
    "name" text NOT NULL,
    "blob" text NOT NULL,
    "reservations" text NOT NULL,
    "at" timestamptz NOT NULL,
    PRIMARY KEY (id)
);

CREATE UNIQUE INDEX requests_ref_key ON requests (ref);
CREATE UNIQUE INDEX requests_submit_key_key ON requests (submit_key);
CREATE UNIQUE INDEX design_versions_hash_key ON design_versions (hash);
CREATE UNIQUE INDEX lots_code_key ON lots (code);
CREATE UNIQUE INDEX spools_code_key ON spools (code);
CREATE UNIQUE INDEX donations_ref_key ON donations (ref);
CREATE UNIQUE INDEX donations_submit_key_key ON donations (submit_key);
CREATE UNIQUE INDEX boxes_code_key ON boxes (code);
CREATE UNIQUE INDEX runs_code_key ON runs (code);
CREATE UNIQUE INDEX delivery_notes_no_key ON delivery_notes (no);
CREATE UNIQUE INDEX delivery_notes_stop_id_key ON delivery_notes (stop_id);
CREATE UNIQUE INDEX accounts_login_key ON accounts (login);
CREATE UNIQUE INDEX links_token_hash_key ON links (token_hash);
CREATE UNIQUE INDEX request_lines_request_id_product_key ON request_lines (request_id, product);
CREATE UNIQUE INDEX stops_run_id_seq_key ON stops (run_id, seq);
CREATE UNIQUE INDEX plates_design_id_part_copies_model_nozzle_um_filament_key ON plates (design_id, part, copies, model, nozzle_um, filament);
CREATE UNIQUE INDEX attempts_one_live_per_job ON attempts (job_id) WHERE status IN ('offered', 'leased', 'printing');
CREATE INDEX requests_status_idx ON requests (status);
CREATE INDEX batches_status_idx ON batches (status);
CREATE INDEX batches_request_id_idx ON batches (request_id);
CREATE INDEX jobs_batch_id_idx ON jobs (batch_id);
CREATE INDEX jobs_status_idx ON jobs (status);
CREATE INDEX attempts_job_id_idx ON attempts (job_id);
CREATE INDEX attempts_worker_id_idx ON attempts (worker_id);
CREATE INDEX attempts_batch_id_idx ON attempts (batch_id);
CREATE INDEX attempts_ended_at_idx ON attempts (ended_at);
CREATE INDEX lots_attempt_id_idx ON lots (attempt_id);
CREATE INDEX lots_batch_id_idx ON lots (batch_id);
CREATE INDEX lots_spool_id_idx ON lots (spool_id);
CREATE INDEX stock_moves_subject_idx ON stock_moves (subject);
CREATE INDEX stock_moves_source_idx ON stock_moves (source);
CREATE INDEX balances_item_idx ON balances (item) WHERE quantity > 0;
CREATE INDEX stock_moves_item_idx ON stock_moves (item);
CREATE INDEX kits_request_id_idx ON kits (request_id);
CREATE INDEX kits_box_id_idx ON kits (box_id);
CREATE INDEX boxes_request_id_idx ON boxes (request_id);
CREATE INDEX boxes_stop_id_idx ON boxes (stop_id);
CREATE INDEX stops_run_id_idx ON stops (run_id);
CREATE INDEX commands_agent_id_status_idx ON commands (agent_id, status);
CREATE INDEX changes_request_id_idx ON changes (request_id);
CREATE INDEX changes_worker_id_idx ON changes (worker_id);
CREATE INDEX sessions_expires_at_idx ON sessions (expires_at);
CREATE INDEX links_subject_idx ON links (subject);
CREATE INDEX workers_agent_id_idx ON workers (agent_id);

INSERT INTO locations (id, kind, name, created_at) VALUES
    ('hub', 'hub', 'hub', '2020-03-17 00:00:00+00:00'),
    ('outside-given', 'outside', 'given', '2020-03-17 00:00:00+00:00'),
    ('outside-made', 'outside', 'made', '2020-03-17 00:00:00+00:00'),
    ('outside-used', 'outside', 'used', '2020-03-17 00:00:00+00:00'),
    ('outside-scrapped', 'outside', 'scrapped', '2020-03-17 00:00:00+00:00'),
    ('outside-missing', 'outside', 'missing', '2020-03-17 00:00:00+00:00');
