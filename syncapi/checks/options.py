"""Checks of attributes, and of options that name some of them."""

from collections.abc import Callable, Iterator

from django.core.checks import CheckMessage, Error

from syncapi.attributes import (
    Attribute,
    MultiValuedAttribute,
    UncarriedAttribute,
    UnknownAttribute,
    key_attribute,
)
from syncapi.checks.names import is_list_of_names
from syncapi.entities import LocalEntity
from syncapi.errors import DeclarationError

TEXT_TYPES = {"string", "text", "email", "url", "uuid", "integer", "decimal"}
NO_ORDER = {"json", "file", "picture"}

Messages = Iterator[CheckMessage]


def check_attributes(entity: LocalEntity) -> Messages:
    """Whether each name leads to one value that devices can hold."""
    if entity.is_on_device_only():
        return
    names = entity.get_attributes()
    if not names or not is_list_of_names(names):
        yield Error(
            f"{entity.name} carries no attributes."
            if not names
            else f"attributes of {entity.name} is not a list of names.",
            hint="Set attributes to a list of field names, the fewer the better for a phone.",
            obj=type(entity),
            id="syncapi.E003",
        )
        return
    for name in names:
        try:
            entity.resolve(name)
        except UnknownAttribute as error:
            yield Error(error.message, hint="Correct the name in attributes.", obj=type(entity), id="syncapi.E004")
        except MultiValuedAttribute as error:
            yield Error(error.message, hint="Carry its key here instead.", obj=type(entity), id="syncapi.E005")
        except UncarriedAttribute as error:
            yield Error(
                error.message,
                hint="Leave it out, or carry another field that says the same (docs/protocol.md, Values).",
                obj=type(entity),
                id="syncapi.E006",
            )


def resolvable(entity: LocalEntity) -> dict[str, Attribute]:
    """The columns as far as they can be resolved, so that one bad name does not hide the next."""
    if entity.is_on_device_only():
        return {column.name: column for column in entity.columns}
    columns = {column.name: column for column in [key_attribute(entity.model)]}
    names = entity.get_attributes()
    for name in names if is_list_of_names(names) else ():
        try:
            columns.setdefault(name, entity.resolve(name))
        except DeclarationError:
            continue
    return columns


def check_options(entity: LocalEntity, columns: dict[str, Attribute]) -> Messages:
    for option, refuse in _OPTIONS.items():
        yield from _check_option(entity, option, columns, refuse)


def _any(column: Attribute) -> str | None:
    return None


def _title(column: Attribute) -> str | None:
    return "the first of them is a record's title, and it has many values" if column.many else None


def _text(column: Attribute) -> str | None:
    if column.many:
        return "it has many values, which cannot be searched"
    return None if column.type.name in TEXT_TYPES else f"it is a {column.type.name}, which has no text to search"


def _picture(column: Attribute) -> str | None:
    return None if column.type.name == "picture" else f"it is a {column.type.name}, not a picture"


def _filtered(column: Attribute) -> str | None:
    return f"it is a {column.type.name}, which has no order" if column.type.name in NO_ORDER else None


def _ordered(column: Attribute) -> str | None:
    return "it has many values, which have no order" if column.many else _filtered(column)


_OPTIONS: dict[str, Callable[[Attribute], str | None]] = {
    "list_display": _any,
    "search_fields": _text,
    "list_filter": _filtered,
    "ordering": _ordered,
    "pictures": _picture,
}


def _check_option(
    entity: LocalEntity, option: str, columns: dict[str, Attribute], refuse: Callable[[Attribute], str | None]
) -> Messages:
    names = getattr(entity, option)
    if not is_list_of_names(names):
        yield Error(
            f"{option} of {entity.name} is not a list of names.",
            hint="Write a list of attribute names, for ordering with a leading '-' where it descends.",
            obj=type(entity),
            id="syncapi.E018",
        )
        return
    declared = {"pk", *(entity.get_attributes() if is_list_of_names(entity.get_attributes()) else ())}
    for place, name in enumerate(names):
        bare = name.removeprefix("-") if option == "ordering" else name
        if bare not in columns:
            if bare not in declared:  # else the attribute itself was reported
                yield Error(
                    f"{option} of {entity.name} names '{bare}', which is not among its attributes.",
                    hint="A device has only the attributes declared. Add it there, or take it out here.",
                    obj=type(entity),
                    id="syncapi.E018",
                )
        elif reason := (_title if option == "list_display" and not place else refuse)(columns[bare]):
            yield Error(
                f"{option} of {entity.name} names '{bare}', but {reason}.",
                hint="Name another attribute.",
                obj=type(entity),
                id="syncapi.E019",
            )
