-- +goose Up

CREATE TABLE trials (
    "id" text NOT NULL,
    "code" text NOT NULL,
    "design_id" text NOT NULL REFERENCES design_versions,
    "question" text NOT NULL,
    "status" text NOT NULL,
    "by_account" text REFERENCES accounts,
    "created_at" timestamp NOT NULL,
    "started_at" timestamp,
    "closed_at" timestamp,
    PRIMARY KEY (id),
    CHECK (status IN ('planned', 'running', 'closed'))
);

CREATE TABLE testers (
    "id" text NOT NULL,
    "trial_id" text NOT NULL REFERENCES trials,
    "kind" text NOT NULL,
    "function" text NOT NULL,
    "facility_id" text REFERENCES facilities,
    "maker_id" text REFERENCES makers,
    "request_id" text REFERENCES requests,
    "contact" text NOT NULL,
    "quantity" integer NOT NULL,
    "named" boolean NOT NULL,
    "making" integer NOT NULL,
    "use" integer NOT NULL,
    "cleaning" integer NOT NULL,
    "remark" text NOT NULL,
    "created_at" timestamp NOT NULL,
    "answered_at" timestamp,
    PRIMARY KEY (id),
    CHECK (kind IN ('care', 'other', 'maker')),
    CHECK (quantity >= 0)
);

CREATE UNIQUE INDEX trials_code_key ON trials (code);
CREATE INDEX trials_design_id_idx ON trials (design_id);
CREATE INDEX testers_trial_id_idx ON testers (trial_id);
CREATE UNIQUE INDEX testers_one_per_maker ON testers (trial_id, maker_id) WHERE maker_id IS NOT NULL;

ALTER TABLE requests ADD COLUMN "trial_id" text REFERENCES trials;
ALTER TABLE batches ADD COLUMN "trial_id" text REFERENCES trials;
ALTER TABLE batches ADD COLUMN "moved_from" text REFERENCES design_versions;
ALTER TABLE batches ADD COLUMN "moved_at" timestamp;
ALTER TABLE lots ADD COLUMN "trial_id" text REFERENCES trials;
CREATE INDEX lots_trial_id_idx ON lots (trial_id) WHERE trial_id IS NOT NULL;
CREATE INDEX batches_trial_id_idx ON batches (trial_id) WHERE trial_id IS NOT NULL;
CREATE INDEX batches_design_id_idx ON batches (design_id);

ALTER TABLE design_versions ADD COLUMN "trialled_at" timestamp;
ALTER TABLE design_versions ADD COLUMN "trialled_why" text NOT NULL DEFAULT '';
ALTER TABLE design_versions ADD COLUMN "words_at" timestamp;
UPDATE design_versions SET trialled_at = created_at WHERE status = 'trialled';
