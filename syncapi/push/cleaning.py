"""The model's own validation, of what changed (W4): `full_clean`, without asking the database about what did not."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import MaxLengthValidator
from django.db import models

Record = Any


def clean(record: Record, changed: Collection[str], writable: Collection[str]) -> None:
    """Validates a record to which the attributes `changed` were assigned, and normalizes their values.

    Of a new record, fields that devices do not write are not looked at: they are filled in when it is saved, and nobody
    could correct them. What is judged together is, as soon as a part of it changed.

    :raises ValidationError: by field.
    """
    names = {field.name for field in record._meta.get_fields() if isinstance(field, models.Field)}
    if type(record).full_clean is not models.Model.full_clean:  # the project's own
        record.full_clean(exclude=names - set(writable))
        return
    known = set(writable) if record._state.adding else names
    errors: dict[str, Any] = {}
    _clean_fields(record, changed, errors)
    _collect(record.clean, errors)
    uniques, constraints = _judged_together(record)
    checked = _touched(uniques, changed, known) - set(errors)
    if checked:
        _collect(lambda: record.validate_unique(exclude=names - checked), errors)
    checked = _touched(constraints, changed, known) - set(errors)
    if checked:
        _collect(lambda: record.validate_constraints(exclude=names - checked), errors)
    if errors:
        raise ValidationError(errors)


def _collect(check: Any, errors: dict[str, Any]) -> None:
    try:
        check()
    except ValidationError as error:
        error.update_error_dict(errors)


def _clean_fields(record: Record, changed: Collection[str], errors: dict[str, Any]) -> None:
    for field in record._meta.fields:
        if field.name not in changed:
            continue
        value = getattr(record, field.attname)
        try:
            setattr(record, field.attname, _cleaned(field, value, record))
        except ValidationError as error:
            errors[field.name] = error.error_list


def _cleaned(field: Any, value: Any, record: Record) -> Any:
    if value is None and not field.null:
        raise ValidationError(field.error_messages["null"], code="null")
    if isinstance(field, models.TextField | models.FilePathField) and field.max_length is not None and value:
        MaxLengthValidator(field.max_length)(value)  # as Django's forms and the REST framework do
    if not isinstance(field, models.ForeignKey):
        return value if field.blank and value in field.empty_values else field.clean(value, record)
    # That the related record is there has been found out, for all of a request at once.
    if value is None and not field.blank:
        raise ValidationError(field.error_messages["blank"], code="blank")
    if value is not None and field.get_limit_choices_to():
        field.clean(value, record)
    return value


def _judged_together(record: Record) -> tuple[list[set[str]], list[set[str]]]:
    """Fields that must be unique, alone or together; and those of each constraint."""
    uniques: list[set[str]] = [{field.name} for field in record._meta.fields if field.unique]
    for field in record._meta.fields:
        dates = (field.unique_for_date, field.unique_for_month, field.unique_for_year)
        uniques += [{field.name, other} for other in dates if other]
    constraints: list[set[str]] = []
    for model in (type(record), *record._meta.all_parents):
        uniques += [set(fields) for fields in model._meta.unique_together]
        constraints += [_fields_of(constraint) for constraint in model._meta.constraints]
    return uniques, constraints


def _touched(sets: Iterable[set[str]], changed: Collection[str], known: set[str]) -> set[str]:
    """The fields of all `sets` of which a part changed, as far as they are known."""
    return {name for fields in sets if fields & set(changed) for name in fields & known}


def _fields_of(constraint: Any) -> set[str]:
    found = set(getattr(constraint, "fields", ()) or ())
    for one in (getattr(constraint, "condition", None), *(getattr(constraint, "expressions", ()) or ())):
        if isinstance(one, models.Q):
            found |= one.referenced_base_fields
        elif one is not None:
            found |= {_base(node) for node in one.flatten() if isinstance(node, models.F)}
    return found


def _base(reference: Any) -> str:
    return str(reference.name).partition("__")[0]
