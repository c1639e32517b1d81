-- Frozen: databases in use were made with it. Changes go into a new version.
-- record_image_eq() and _ne(), not *= and *<>: a dump writes these without the casts they need, and cannot be loaded.
-- A trigger names columns in its WHEN, where PostgreSQL keeps track of them; a function names only the key.

-- name: insert
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {settings} AS $haversack$
BEGIN
    INSERT INTO {change} AS known (source, key, position, felt, version)
    VALUES ({source}, NEW.{key}::text, pg_current_xact_id(), pg_current_xact_id(), 1)
    ON CONFLICT (source, key) DO UPDATE
    SET position = excluded.position, moved = excluded.position, version = known.version + 1, deleted = false;
    RETURN NULL;
END
$haversack$

-- name: update
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {settings} AS $haversack$
BEGIN
    INSERT INTO {change} AS known (source, key, position, version)
    VALUES ({source}, NEW.{key}::text, pg_current_xact_id(), 1)
    ON CONFLICT (source, key) DO UPDATE
    SET position = excluded.position, version = known.version + 1, deleted = false;
    RETURN NULL;
END
$haversack$

-- name: move
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {settings} AS $haversack$
BEGIN
    INSERT INTO {change} AS known (source, key, position, moved, version)
    VALUES ({source}, NEW.{key}::text, pg_current_xact_id(), pg_current_xact_id(), TG_ARGV[0]::bigint)
    ON CONFLICT (source, key) DO UPDATE
    SET position = excluded.position, moved = excluded.moved, version = known.version + excluded.version,
        deleted = false;
    RETURN NULL;
END
$haversack$

-- name: feel
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {settings} AS $haversack$
BEGIN
    INSERT INTO {change} AS known (source, key, position, felt)
    VALUES ({source}, NEW.{key}::text, pg_current_xact_id(), pg_current_xact_id())
    ON CONFLICT (source, key) DO UPDATE
    SET position = excluded.position, felt = excluded.felt;
    RETURN NULL;
END
$haversack$

-- name: rekey
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {settings} AS $haversack$
BEGIN
    INSERT INTO {change} AS known (source, key, position, moved, version, deleted)
    VALUES (
        {source}, OLD.{key}::text, pg_current_xact_id(), pg_current_xact_id(), 1,
        NOT EXISTS (SELECT FROM {table} AS other WHERE other.{key}{comparable} = OLD.{key}{comparable})
    )
    ON CONFLICT (source, key) DO UPDATE
    SET position = excluded.position, moved = excluded.moved, version = known.version + 1, deleted = excluded.deleted;
    INSERT INTO {change} AS known (source, key, position, moved, version)
    VALUES ({source}, NEW.{key}::text, pg_current_xact_id(), pg_current_xact_id(), 1)
    ON CONFLICT (source, key) DO UPDATE
    SET position = excluded.position, moved = excluded.moved, version = known.version + 1, deleted = false;
    RETURN NULL;
END
$haversack$

-- name: delete
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {settings} AS $haversack$
BEGIN
    INSERT INTO {change} AS known (source, key, position, moved, version, deleted)
    VALUES ({source}, OLD.{key}::text, pg_current_xact_id(), pg_current_xact_id(), 1, true)
    ON CONFLICT (source, key) DO UPDATE
    SET position = excluded.position, moved = excluded.moved, version = known.version + 1, deleted = true;
    RETURN NULL;
END
$haversack$

-- name: truncate
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {settings} AS $haversack$
BEGIN
    UPDATE {sources} SET barrier = pg_current_xact_id() WHERE id = {source};
    RETURN NULL;
END
$haversack$

-- name: inserted
CREATE TRIGGER {name} AFTER INSERT ON {table} FOR EACH ROW
WHEN (NEW.{key} IS NOT NULL) EXECUTE FUNCTION {insert}()

-- name: updated
CREATE TRIGGER {name} AFTER UPDATE ON {table} FOR EACH ROW
WHEN (record_image_eq(ROW(OLD.{key}), ROW(NEW.{key})) AND NEW.{key} IS NOT NULL AND {content_differs} AND NOT {member_differs})
EXECUTE FUNCTION {update}()

-- name: moved
CREATE TRIGGER {name} AFTER UPDATE ON {table} FOR EACH ROW
WHEN (record_image_eq(ROW(OLD.{key}), ROW(NEW.{key})) AND NEW.{key} IS NOT NULL AND {member_differs} AND NOT {content_differs})
EXECUTE FUNCTION {move}('0')

-- name: updated_moved
CREATE TRIGGER {name} AFTER UPDATE ON {table} FOR EACH ROW
WHEN (record_image_eq(ROW(OLD.{key}), ROW(NEW.{key})) AND NEW.{key} IS NOT NULL AND {member_differs} AND {content_differs})
EXECUTE FUNCTION {move}('1')

-- name: shared
CREATE TRIGGER {name} AFTER UPDATE ON {table} FOR EACH ROW
WHEN (record_image_eq(ROW(OLD.{key}), ROW(NEW.{key})) AND NEW.{key} IS NOT NULL AND {shared_differs})
EXECUTE FUNCTION {feel}()

-- name: rekeyed
CREATE TRIGGER {name} AFTER UPDATE ON {table} FOR EACH ROW
WHEN (record_image_ne(ROW(OLD.{key}), ROW(NEW.{key})) AND OLD.{key} IS NOT NULL AND NEW.{key} IS NOT NULL)
EXECUTE FUNCTION {rekey}()

-- name: deleted
CREATE TRIGGER {name} AFTER DELETE ON {table} FOR EACH ROW
WHEN (OLD.{key} IS NOT NULL) EXECUTE FUNCTION {delete}()

-- name: truncated
CREATE TRIGGER {name} AFTER TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {truncate}()
