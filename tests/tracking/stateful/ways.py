"""Ways of writing. Each takes a kind, a key, another key and a number that stands for values."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import User
from django.db import DatabaseError, connection, transaction
from django.db.models import F

from tests.tracking.stateful.models import Assignment, Ticket
from tests.tracking.stateful.world import GROUPS, KINDS, REGIONS, USERS, Kind

Way = Callable[[Kind, Any, Any, int], Any]


def _objects(kind: Kind) -> Any:
    return kind.model._default_manager


def create(kind: Kind, key: Any, other: Any, number: int) -> None:
    kind.row(key, number).save(force_insert=True)


def save(kind: Kind, key: Any, other: Any, number: int) -> None:
    kind.row(key, number).save()


def edit(kind: Kind, key: Any, other: Any, number: int) -> None:
    for row in _objects(kind).filter(pk=key):
        change = kind.change(number)
        for name, value in change.items():
            setattr(row, name, value)
        row.save(update_fields=list(change))


def get_and_save(kind: Kind, key: Any, other: Any, number: int) -> None:
    for row in _objects(kind).filter(pk__in=[key, other]):
        for name, value in kind.change(number).items():
            setattr(row, name, value)
        row.save()


def update(kind: Kind, key: Any, other: Any, number: int) -> None:
    _objects(kind).filter(pk__in=[key, other]).update(**kind.change(number))


def update_one(kind: Kind, key: Any, other: Any, number: int) -> None:
    _objects(kind).filter(pk=key).update(**kind.change(number))


def update_all(kind: Kind, key: Any, other: Any, number: int) -> None:
    change = kind.change(number)
    change.pop("code", None)
    _objects(kind).update(**change or {"count": number})


def increment(kind: Kind, key: Any, other: Any, number: int) -> None:
    _objects(kind).filter(pk__in=[key, other]).update(count=F("count") + 1)


def bulk_update(kind: Kind, key: Any, other: Any, number: int) -> None:
    rows = list(_objects(kind).filter(pk__in=[key, other]))
    change = kind.change(number)
    for row in rows:
        for name, value in change.items():
            setattr(row, name, value)
    if rows:
        _objects(kind).bulk_update(rows, list(change))


def delete(kind: Kind, key: Any, other: Any, number: int) -> None:
    for row in _objects(kind).filter(pk=key):
        row.delete()


def delete_two(kind: Kind, key: Any, other: Any, number: int) -> None:
    _objects(kind).filter(pk__in=[key, other]).delete()


ORM: dict[str, Way] = {
    way.__name__: way
    for way in (
        *(create, save, edit, get_and_save, update, update_one, update_all, increment, bulk_update),
        *(delete, delete_two),
    )
}

# -- of models with one table


def bulk_create(kind: Kind, key: Any, other: Any, number: int) -> None:
    _objects(kind).bulk_create(kind.row(one, number) for one in dict.fromkeys([key, other]))


def bulk_ignore(kind: Kind, key: Any, other: Any, number: int) -> None:
    rows = [kind.row(one, number) for one in dict.fromkeys([key, other])]
    _objects(kind).bulk_create(rows, ignore_conflicts=True)


def bulk_upsert(kind: Kind, key: Any, other: Any, number: int) -> None:
    rows = [kind.row(one, number) for one in dict.fromkeys([key, other])]
    fields = [field.name for field in kind.model._meta.local_concrete_fields if not field.primary_key]
    _objects(kind).bulk_create(rows, update_conflicts=True, unique_fields=[_pk(kind).name], update_fields=fields)


def rekey(kind: Kind, key: Any, other: Any, number: int) -> None:
    _objects(kind).filter(pk=key).update(**{_pk(kind).name: other})


def swap(kind: Kind, key: Any, other: Any, number: int) -> None:
    """Two rows exchange their keys; `spare` is one that no row has."""
    spare = kind.keys[number % len(kind.keys)]
    if _objects(kind).filter(pk=spare).exists() or spare in (key, other):
        return
    for old, new in ((key, spare), (other, key), (spare, other)):
        _objects(kind).filter(pk=old).update(**{_pk(kind).name: new})


def raw_delete(kind: Kind, key: Any, other: Any, number: int) -> None:
    _sql(f"DELETE FROM {_table(kind)} WHERE {_key(kind)} IN (%s, %s)", [_raw(kind, key), _raw(kind, other)])


def raw_update(kind: Kind, key: Any, other: Any, number: int) -> None:
    ((name, value),) = kind.change(number).items()
    field: Any = kind.model._meta.get_field(name)
    _sql(
        f"UPDATE {_table(kind)} SET {_quote(field.column)} = %s WHERE {_key(kind)} = %s",
        [field.get_db_prep_save(value, connection), _raw(kind, key)],
    )


def insert_or_ignore(kind: Kind, key: Any, other: Any, number: int) -> None:
    columns, places, values = _insertion(kind, key, number)
    if connection.vendor == "sqlite":
        _sql(f"INSERT OR IGNORE INTO {_table(kind)} ({columns}) VALUES ({places})", values)
    else:
        _sql(f"INSERT INTO {_table(kind)} ({columns}) VALUES ({places}) ON CONFLICT DO NOTHING", values)


def replace(kind: Kind, key: Any, other: Any, number: int) -> None:
    columns, places, values = _insertion(kind, key, number)
    if connection.vendor == "sqlite":
        _sql(f"REPLACE INTO {_table(kind)} ({columns}) VALUES ({places})", values)
        return
    sets = ", ".join(f"{column} = excluded.{column}" for column in columns.split(", "))
    _sql(
        f"INSERT INTO {_table(kind)} ({columns}) VALUES ({places}) ON CONFLICT ({_key(kind)}) DO UPDATE SET {sets}",
        values,
    )


def update_or_replace(kind: Kind, key: Any, other: Any, number: int) -> None:
    """A row takes the key of another, or its code, which is thrown out for it."""
    if connection.vendor != "sqlite":
        _sql(
            f"WITH gone AS (DELETE FROM {_table(kind)} WHERE {_key(kind)} = %s AND {_key(kind)} <> %s RETURNING 1) "
            f"UPDATE {_table(kind)} SET count = %s WHERE {_key(kind)} = %s",
            [_raw(kind, other), _raw(kind, key), number, _raw(kind, key)],
        )
    elif number % 2 and "code" in kind.values(number):
        _sql(f"UPDATE OR REPLACE {_table(kind)} SET code = 'c0' WHERE {_key(kind)} = %s", [_raw(kind, key)])
    else:
        _sql(
            f"UPDATE OR REPLACE {_table(kind)} SET {_key(kind)} = %s WHERE {_key(kind)} = %s",
            [_raw(kind, other), _raw(kind, key)],
        )


def empty(kind: Kind, key: Any, other: Any, number: int) -> None:
    """All rows at once. On PostgreSQL nobody can read the table before the transaction ends."""
    if connection.vendor == "sqlite":
        _sql(f"DELETE FROM {_table(kind)}", [])
    else:
        _sql(f"TRUNCATE {_table(kind)} CASCADE", [])


PLAIN: dict[str, Way] = {
    way.__name__: way
    for way in (
        *(bulk_create, bulk_ignore, bulk_upsert, rekey, swap),
        *(raw_delete, raw_update, insert_or_ignore, replace, update_or_replace),
    )
}
WAYS = {**ORM, **PLAIN, "empty": empty}


def write(way: str, kind: str, key: int, other: int, number: int) -> None:
    """:param key, other: which of the kind's keys."""
    of = KINDS[kind]
    name = way if way in ORM or kind != "engine" else "save"
    WAYS[name](of, of.keys[key % len(of.keys)], of.keys[other % len(of.keys)], number)


# -- who carries what


def belong(change: str, user: int, number: int) -> None:
    """Another scope for a user, or for a ticket."""
    person = User.objects.get(pk=USERS[user % 3])
    region, group = REGIONS[number % 3], GROUPS[number % 3]
    if change == "assign":
        Assignment.objects.create(user=person, region_id=region)  # perhaps for a second time
    elif change == "unassign":
        Assignment.objects.filter(user=person, region_id=region).delete()
    elif change == "reassign":
        Assignment.objects.filter(user=person).update(region_id=region)
    elif change == "permit":
        User.objects.filter(pk=person.pk).update(is_staff=bool(number % 2))
    elif change == "join":
        person.groups.add(group)
    elif change == "leave":
        person.groups.remove(group)
    else:
        for ticket in Ticket.objects.filter(pk=KINDS["ticket"].keys[number % 6]):
            _tag(change, ticket, GROUPS[user % 3], KINDS["ticket"].keys[user % 6])


def _tag(change: str, ticket: Ticket, group: int, other: Any) -> None:
    ties: Any = Ticket.groups.through.objects
    if change == "tag":
        ticket.groups.add(group)
    elif change == "untag":
        ticket.groups.remove(group)
    elif change == "set":
        ticket.groups.set([group])
    elif change == "clear":
        ticket.groups.clear()
    elif change == "retag":
        ties.filter(ticket=ticket).update(group=group)  # refused where there are two
    elif change == "pass":
        ties.filter(ticket=ticket, group=group).update(ticket=other)
    elif connection.vendor == "sqlite":
        for key in ties.filter(ticket=other).values_list("pk", flat=True)[:1]:
            _sql(f"REPLACE INTO {ties.model._meta.db_table} VALUES (%s, %s, %s)", [key, ticket.pk.hex, group])


BELONG = (
    *("assign", "unassign", "reassign", "permit", "join", "leave"),
    *("tag", "untag", "set", "clear", "retag", "pass", "seize"),
)


# -- SQL


def attempt(action: Callable[[], Any]) -> bool:
    """In a transaction of its own, or at a savepoint of the one that is open; what the database refuses is undone."""
    try:
        with transaction.atomic():
            action()
    except DatabaseError:
        return False
    return True


def _sql(statement: str, parameters: list[Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)


def _quote(name: str) -> str:
    return connection.ops.quote_name(name)


def _table(kind: Kind) -> str:
    return _quote(kind.model._meta.db_table)


def _key(kind: Kind) -> str:
    return _quote(_pk(kind).column)


def _pk(kind: Kind) -> Any:
    return kind.model._meta.pk


def _raw(kind: Kind, key: Any) -> Any:
    return _pk(kind).get_db_prep_save(key, connection)


def _insertion(kind: Kind, key: Any, number: int) -> tuple[str, str, list[Any]]:
    row = kind.row(key, number)
    fields: list[Any] = list(kind.model._meta.local_concrete_fields)
    return (
        ", ".join(_quote(field.column) for field in fields),
        ", ".join(["%s"] * len(fields)),
        [field.get_db_prep_save(getattr(row, field.attname), connection) for field in fields],
    )
