-- Frozen: databases in use were made with it. Changes go into a new version.
-- Of a table between two others: what is noted is the key of the record whose set changes, as `length:key`, and after it
-- the beginning of what it is tied to. By the record's key alone, transactions that the application lets write side by
-- side would wait for each other here, and some would be dead-locked. Such a note is of no row that is there or not, so
-- that it counts as a tombstone, and goes when all who remember an older moment have seen it.

-- name: link
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {settings} AS $haversack$
BEGIN
    INSERT INTO {change} (source, key, position, deleted)
    VALUES (
        {source}, length(NEW.{key}::text) || ':' || NEW.{key}::text || left(coalesce(NEW.{target}::text, ''), 40),
        pg_current_xact_id(), true
    )
    ON CONFLICT (source, key) DO UPDATE SET position = excluded.position;
    RETURN NULL;
END
$haversack$

-- name: unlink
CREATE OR REPLACE FUNCTION {function}() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER {settings} AS $haversack$
BEGIN
    INSERT INTO {change} (source, key, position, deleted)
    VALUES (
        {source}, length(OLD.{key}::text) || ':' || OLD.{key}::text || left(coalesce(OLD.{target}::text, ''), 40),
        pg_current_xact_id(), true
    )
    ON CONFLICT (source, key) DO UPDATE SET position = excluded.position;
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

-- name: linked
CREATE TRIGGER {name} AFTER INSERT ON {table} FOR EACH ROW
WHEN (NEW.{key} IS NOT NULL) EXECUTE FUNCTION {link}()

-- name: relinked
CREATE TRIGGER {name} AFTER UPDATE ON {table} FOR EACH ROW
WHEN (NEW.{key} IS NOT NULL AND {link_differs}) EXECUTE FUNCTION {link}()

-- name: left
CREATE TRIGGER {name} AFTER UPDATE ON {table} FOR EACH ROW
WHEN (OLD.{key} IS NOT NULL AND {link_differs}) EXECUTE FUNCTION {unlink}()

-- name: unlinked
CREATE TRIGGER {name} AFTER DELETE ON {table} FOR EACH ROW
WHEN (OLD.{key} IS NOT NULL) EXECUTE FUNCTION {unlink}()

-- name: truncated
CREATE TRIGGER {name} AFTER TRUNCATE ON {table} FOR EACH STATEMENT EXECUTE FUNCTION {truncate}()
