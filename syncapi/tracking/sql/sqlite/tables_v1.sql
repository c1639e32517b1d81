-- Frozen: databases in use were made with it. Changes go into a new version.

CREATE TABLE IF NOT EXISTS syncapi_source (
    id integer PRIMARY KEY,
    name text NOT NULL UNIQUE,
    columns text NOT NULL,
    triggers text NOT NULL,
    barrier integer NOT NULL
);

-- The key has no type, so that it stays what it is in its own table.
CREATE TABLE IF NOT EXISTS syncapi_change (
    source integer NOT NULL,
    key NOT NULL,
    position integer NOT NULL,
    moved integer NOT NULL DEFAULT 0,
    felt integer NOT NULL DEFAULT 0,
    version integer NOT NULL DEFAULT 0,
    deleted integer NOT NULL DEFAULT 0,
    PRIMARY KEY (source, key)
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS syncapi_change_position ON syncapi_change (source, position);

-- Rows that are in the way of a write: REPLACE may delete them, and tells no trigger.
CREATE TABLE IF NOT EXISTS syncapi_displaced (
    source integer NOT NULL,
    key NOT NULL,
    PRIMARY KEY (source, key)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS syncapi_history (
    token text PRIMARY KEY,
    snapshot text NOT NULL,
    created text NOT NULL DEFAULT (strftime('%Y-%m-%dT%H:%M:%f+00:00', 'now'))
) WITHOUT ROWID;

CREATE INDEX IF NOT EXISTS syncapi_history_created ON syncapi_history (created);

CREATE TABLE IF NOT EXISTS syncapi_need (
    name text NOT NULL,
    column_name text NOT NULL,
    PRIMARY KEY (name, column_name)
) WITHOUT ROWID;

CREATE TABLE IF NOT EXISTS syncapi_clock (
    id integer PRIMARY KEY CHECK (id = 1),
    position integer NOT NULL
);

-- A clock that was lost goes on after everything that it ever said.
INSERT INTO syncapi_clock (id, position)
SELECT 1, 1 + max(
    coalesce((SELECT max(position) FROM syncapi_change), 0),
    coalesce((SELECT max(barrier) FROM syncapi_source), 0),
    coalesce((SELECT max(CAST(snapshot AS integer)) FROM syncapi_history), 0)
)
WHERE NOT EXISTS (SELECT 1 FROM syncapi_clock);
