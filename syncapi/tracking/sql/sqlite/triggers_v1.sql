-- Frozen: databases in use were made with it. Changes go into a new version.
-- Upserts only: a conflict clause of the statement that fired the trigger would override any other.

-- name: inserted
CREATE TRIGGER {name} AFTER INSERT ON {table}
WHEN NEW.{key} IS NOT NULL
BEGIN
    UPDATE syncapi_clock SET position = position + 1 WHERE id = 1;
    INSERT INTO syncapi_change (source, key, position, felt, version)
    SELECT {source}, NEW.{key}, clock.position, clock.position, 1
    FROM (SELECT coalesce((SELECT position FROM syncapi_clock WHERE id = 1), 0) AS position) AS clock
    WHERE true
    ON CONFLICT (source, key) DO UPDATE
    SET position = excluded.position, moved = excluded.position, version = version + 1, deleted = 0;
END

-- name: updated
CREATE TRIGGER {name} AFTER UPDATE {of_watched} ON {table}
WHEN NEW.{key} COLLATE BINARY IS OLD.{key} AND NEW.{key} IS NOT NULL AND ({differs})
BEGIN
    UPDATE syncapi_clock SET position = position + 1 WHERE id = 1;
    INSERT INTO syncapi_change (source, key, position, moved, version, deleted)
    VALUES (
        {source}, NEW.{key}, coalesce((SELECT position FROM syncapi_clock WHERE id = 1), 0), 0, {edited}, 0
    )
    ON CONFLICT (source, key) DO UPDATE
    SET position = excluded.position, version = version + {edited}, deleted = 0;
END

-- name: updated_moved
CREATE TRIGGER {name} AFTER UPDATE {of_watched} ON {table}
WHEN NEW.{key} COLLATE BINARY IS OLD.{key} AND NEW.{key} IS NOT NULL AND ({differs})
BEGIN
    UPDATE syncapi_clock SET position = position + 1 WHERE id = 1;
    INSERT INTO syncapi_change (source, key, position, moved, version, deleted)
    SELECT {source}, NEW.{key}, clock.position, CASE WHEN {member_differs} THEN clock.position ELSE 0 END, {edited}, 0
    FROM (SELECT coalesce((SELECT position FROM syncapi_clock WHERE id = 1), 0) AS position) AS clock
    WHERE true
    ON CONFLICT (source, key) DO UPDATE
    SET position = excluded.position, moved = max(moved, excluded.moved), version = version + {edited}, deleted = 0;
END

-- name: shared
CREATE TRIGGER {name} AFTER UPDATE {of_shared} ON {table}
WHEN NEW.{key} COLLATE BINARY IS OLD.{key} AND NEW.{key} IS NOT NULL AND ({shared_differs})
BEGIN
    UPDATE syncapi_clock SET position = position + 1 WHERE id = 1;
    INSERT INTO syncapi_change (source, key, position, felt)
    SELECT {source}, NEW.{key}, clock.position, clock.position
    FROM (SELECT coalesce((SELECT position FROM syncapi_clock WHERE id = 1), 0) AS position) AS clock
    WHERE true
    ON CONFLICT (source, key) DO UPDATE
    SET position = excluded.position, felt = excluded.felt;
END

-- name: rekeyed
CREATE TRIGGER {name} AFTER UPDATE {of_key} ON {table}
WHEN NEW.{key} COLLATE BINARY IS NOT OLD.{key}
BEGIN
    UPDATE syncapi_clock SET position = position + 1 WHERE id = 1;
    INSERT INTO syncapi_change (source, key, position, moved, version, deleted)
    SELECT {source}, OLD.{key}, clock.position, clock.position, 1,
        NOT EXISTS (SELECT 1 FROM {table} AS other WHERE other.{key} = OLD.{key})
    FROM (SELECT coalesce((SELECT position FROM syncapi_clock WHERE id = 1), 0) AS position) AS clock
    WHERE OLD.{key} IS NOT NULL
    ON CONFLICT (source, key) DO UPDATE
    SET position = excluded.position, moved = excluded.moved, version = version + 1, deleted = excluded.deleted;
    INSERT INTO syncapi_change (source, key, position, moved, version, deleted)
    SELECT {source}, NEW.{key}, clock.position, clock.position, 1, 0
    FROM (SELECT coalesce((SELECT position FROM syncapi_clock WHERE id = 1), 0) AS position) AS clock
    WHERE NEW.{key} IS NOT NULL
    ON CONFLICT (source, key) DO UPDATE
    SET position = excluded.position, moved = excluded.moved, version = version + 1, deleted = 0;
    DELETE FROM syncapi_displaced WHERE source = {source} AND key = OLD.{key};
END

-- name: deleted
CREATE TRIGGER {name} AFTER DELETE ON {table}
WHEN OLD.{key} IS NOT NULL
BEGIN
    UPDATE syncapi_clock SET position = position + 1 WHERE id = 1;
    INSERT INTO syncapi_change (source, key, position, moved, version, deleted)
    SELECT {source}, OLD.{key}, clock.position, clock.position, 1, 1
    FROM (SELECT coalesce((SELECT position FROM syncapi_clock WHERE id = 1), 0) AS position) AS clock
    WHERE true
    ON CONFLICT (source, key) DO UPDATE
    SET position = excluded.position, moved = excluded.moved, version = version + 1, deleted = 1;
    DELETE FROM syncapi_displaced WHERE source = {source} AND key = OLD.{key};
END

-- name: inserting
CREATE TRIGGER {name} BEFORE INSERT ON {table}
WHEN {in_the_way_of_insert}
BEGIN
    INSERT INTO syncapi_displaced (source, key)
    SELECT {source}, other.{key} FROM {table} AS other WHERE other.{key} IS NOT NULL AND ({conflicts_with_insert})
    ON CONFLICT (source, key) DO NOTHING;
END

-- name: updating
CREATE TRIGGER {name} BEFORE UPDATE {of_unique} ON {table}
WHEN {in_the_way_of_update}
BEGIN
    INSERT INTO syncapi_displaced (source, key)
    SELECT {source}, other.{key} FROM {table} AS other
    WHERE other.{key} IS NOT NULL AND other.{key} IS NOT OLD.{key} AND ({conflicts_with_update})
    ON CONFLICT (source, key) DO NOTHING;
END

-- name: displaced
CREATE TRIGGER {name} AFTER {event} ON {table}
WHEN EXISTS (SELECT 1 FROM syncapi_displaced WHERE source = {source})
BEGIN
    UPDATE syncapi_clock SET position = position + 1 WHERE id = 1;
    INSERT INTO syncapi_change (source, key, position, moved, version, deleted)
    SELECT {source}, noted.key, clock.position, clock.position, 1, NOT ({same_key})
    FROM syncapi_displaced AS noted,
        (SELECT coalesce((SELECT position FROM syncapi_clock WHERE id = 1), 0) AS position) AS clock
    WHERE noted.source = {source} AND (
        {same_key}
        OR NOT EXISTS (SELECT 1 FROM {table} AS other WHERE other.{key} = noted.key)
        AND NOT EXISTS (
            SELECT 1 FROM syncapi_change AS known
            WHERE known.source = {source} AND known.key = noted.key AND known.deleted
        )
    )
    ON CONFLICT (source, key) DO UPDATE
    SET position = excluded.position, moved = excluded.moved, version = version + 1, deleted = excluded.deleted;
    DELETE FROM syncapi_displaced WHERE source = {source};
END
