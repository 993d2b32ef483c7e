-- +goose Up

ALTER TABLE facilities ADD COLUMN "hours" text NOT NULL DEFAULT '';
ALTER TABLE facilities ADD COLUMN "status" text NOT NULL DEFAULT '' CHECK (status IN ('', 'new', 'refused'));
ALTER TABLE facilities ADD COLUMN "finess_et" text NOT NULL DEFAULT '';
ALTER TABLE facilities ADD COLUMN "finess_ej" text NOT NULL DEFAULT '';
ALTER TABLE facilities ADD COLUMN "lat_e6" bigint NOT NULL DEFAULT 0;
ALTER TABLE facilities ADD COLUMN "lon_e6" bigint NOT NULL DEFAULT 0;

CREATE INDEX facilities_finess ON facilities (finess_et);

CREATE TABLE facility_sites (
    "id" text NOT NULL,
    "facility_id" text NOT NULL REFERENCES facilities,
    "name" text NOT NULL,
    "address" text NOT NULL,
    "postcode" text NOT NULL,
    "town" text NOT NULL,
    "access" text NOT NULL,
    "hours" text NOT NULL,
    "contact" text NOT NULL,
    "phone" text NOT NULL,
    "lat_e6" bigint NOT NULL,
    "lon_e6" bigint NOT NULL,
    "closed" boolean NOT NULL,
    "created_at" timestamptz NOT NULL,
    PRIMARY KEY (id)
);

CREATE INDEX facility_sites_facility ON facility_sites (facility_id);

CREATE TABLE facility_contacts (
    "id" text NOT NULL,
    "facility_id" text NOT NULL REFERENCES facilities,
    "name" text NOT NULL,
    "role" text NOT NULL,
    "phone" text NOT NULL,
    "email" text NOT NULL,
    "created_at" timestamptz NOT NULL,
    PRIMARY KEY (id)
);

CREATE INDEX facility_contacts_facility ON facility_contacts (facility_id);

ALTER TABLE requests ADD COLUMN "site_id" text REFERENCES facility_sites;

CREATE TABLE register_places (
    "et" text NOT NULL,
    "ej" text NOT NULL,
    "name" text NOT NULL,
    "kind" text NOT NULL,
    "category" text NOT NULL,
    "address" text NOT NULL,
    "postcode" text NOT NULL,
    "town" text NOT NULL,
    "phone" text NOT NULL,
    "lat_e6" bigint NOT NULL,
    "lon_e6" bigint NOT NULL,
    "closed" boolean NOT NULL,
    "words" text NOT NULL,
    "listed_at" timestamptz NOT NULL,
    PRIMARY KEY (et)
);

CREATE INDEX register_places_ej ON register_places (ej);
CREATE INDEX register_places_postcode ON register_places (postcode);
