-- Frozen: databases in use were made with it. Changes go into a new version.

CREATE TABLE IF NOT EXISTS syncapi_source (
    id integer PRIMARY KEY,
    name text NOT NULL UNIQUE,
    columns text NOT NULL,
    triggers text NOT NULL,
    barrier xid8 NOT NULL
);

CREATE TABLE IF NOT EXISTS syncapi_change (
    source integer NOT NULL,
    key text COLLATE "C" NOT NULL,
    position xid8 NOT NULL,
    moved xid8 NOT NULL DEFAULT '0'::xid8,
    felt xid8 NOT NULL DEFAULT '0'::xid8,
    version bigint NOT NULL DEFAULT 0,
    deleted boolean NOT NULL DEFAULT false,
    PRIMARY KEY (source, key)
);

CREATE INDEX IF NOT EXISTS syncapi_change_position ON syncapi_change (source, position);

CREATE TABLE IF NOT EXISTS syncapi_history (
    token text PRIMARY KEY,
    snapshot text NOT NULL,
    created timestamptz NOT NULL DEFAULT now()
);

CREATE INDEX IF NOT EXISTS syncapi_history_created ON syncapi_history (created);

CREATE TABLE IF NOT EXISTS syncapi_need (
    name text NOT NULL,
    column_name text NOT NULL,
    PRIMARY KEY (name, column_name)
);

CREATE TABLE IF NOT EXISTS syncapi_clock (
    identity text NOT NULL
);
