-- Frozen: databases in use were made with it. Changes go into a new version.
-- Of a table between two others: what is noted is the key of the record whose set changes. Such a note is of no row
-- that is there or not, so that it counts as a tombstone, and goes when all who remember an older moment have seen it.
-- Upserts only: a conflict clause of the statement that fired the trigger would override any other.
-- `linking`, `relinking`: REPLACE may delete the rows in the way, and tells no trigger. One that says what NEW says, or
-- OLD said, takes nothing away with it.

-- name: linked
CREATE TRIGGER {name} AFTER INSERT ON {table}
WHEN NEW.{key} IS NOT NULL
BEGIN
    UPDATE syncapi_clock SET position = position + 1 WHERE id = 1;
    INSERT INTO syncapi_change (source, key, position, deleted)
    VALUES ({source}, NEW.{key}, coalesce((SELECT position FROM syncapi_clock WHERE id = 1), 0), 1)
    ON CONFLICT (source, key) DO UPDATE SET position = excluded.position;
END

-- name: relinked
CREATE TRIGGER {name} AFTER UPDATE {of_link} ON {table}
WHEN {link_differs}
BEGIN
    UPDATE syncapi_clock SET position = position + 1 WHERE id = 1;
    INSERT INTO syncapi_change (source, key, position, deleted)
    SELECT {source}, ends.key, coalesce((SELECT position FROM syncapi_clock WHERE id = 1), 0), 1
    FROM (SELECT OLD.{key} AS key UNION ALL SELECT NEW.{key}) AS ends
    WHERE ends.key IS NOT NULL
    ON CONFLICT (source, key) DO UPDATE SET position = excluded.position;
END

-- name: unlinked
CREATE TRIGGER {name} AFTER DELETE ON {table}
WHEN OLD.{key} IS NOT NULL
BEGIN
    UPDATE syncapi_clock SET position = position + 1 WHERE id = 1;
    INSERT INTO syncapi_change (source, key, position, deleted)
    VALUES ({source}, OLD.{key}, coalesce((SELECT position FROM syncapi_clock WHERE id = 1), 0), 1)
    ON CONFLICT (source, key) DO UPDATE SET position = excluded.position;
END

-- name: linking
CREATE TRIGGER {name} BEFORE INSERT ON {table}
WHEN {in_the_way_of_insert}
BEGIN
    UPDATE syncapi_clock SET position = position + 1 WHERE id = 1;
    INSERT INTO syncapi_change (source, key, position, deleted)
    SELECT {source}, other.{key}, coalesce((SELECT position FROM syncapi_clock WHERE id = 1), 0), 1
    FROM {table} AS other WHERE {other_than_new}({conflicts_with_insert})
    ON CONFLICT (source, key) DO UPDATE SET position = excluded.position;
END

-- name: relinking
CREATE TRIGGER {name} BEFORE UPDATE {of_unique} ON {table}
WHEN {in_the_way_of_update}
BEGIN
    UPDATE syncapi_clock SET position = position + 1 WHERE id = 1;
    INSERT INTO syncapi_change (source, key, position, deleted)
    SELECT {source}, other.{key}, coalesce((SELECT position FROM syncapi_clock WHERE id = 1), 0), 1
    FROM {table} AS other WHERE {other_than_old}({conflicts_with_update})
    ON CONFLICT (source, key) DO UPDATE SET position = excluded.position;
END
