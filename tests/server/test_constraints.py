"""What devices are told of fields, so that they refuse what the server would refuse, and nothing else."""

import datetime
import uuid
from decimal import Decimal
from typing import Any

import pytest
from django.core.validators import (
    MaxLengthValidator,
    MaxValueValidator,
    MinLengthValidator,
    MinValueValidator,
    RegexValidator,
    URLValidator,
    validate_slug,
)
from django.db import connection, models
from django.db.models.functions import Now
from django.utils import timezone

from syncapi.constraints import default, is_required, limits
from tests.wire.models import Shelf


class EvenValidator(MinValueValidator):
    """Means something else than what it is a subclass of."""

    def compare(self, a: Any, b: Any) -> bool:
        return bool(a % 2)


SLUG = {
    "regex": "^[-a-zA-Z0-9_]+$",
    "message": "Enter a valid “slug” consisting of letters, numbers, underscores or hyphens.",
}
LIMITS: dict[str, tuple[Any, dict[str, Any]]] = {
    "text of a length": (models.CharField(max_length=5), {"max_length": 5}),
    "the shorter one counts": (
        models.CharField(max_length=5, validators=[MaxLengthValidator(3), MinLengthValidator(2)]),
        {"max_length": 3, "min_length": 2},
    ),
    "long text": (models.TextField(), {}),
    "slug": (models.SlugField(), {"max_length": 50, "patterns": [SLUG]}),
    "digits and bounds": (
        models.DecimalField(max_digits=6, decimal_places=2, validators=[MinValueValidator(0), MaxValueValidator(9.5)]),
        {"max_digits": 6, "min": "0", "max": "9.5"},
    ),
    "the narrower bounds count": (
        models.FloatField(validators=[MinValueValidator(1), MinValueValidator(2.5), MaxValueValidator(9)]),
        {"min": 2.5, "max": 9.0},
    ),
    "a bound between whole numbers": (
        models.IntegerField(validators=[MinValueValidator(0.5), MaxValueValidator(Decimal("7.9"))]),
        {"min": 1, "max": 7},
    ),
    "days": (
        models.DateField(validators=[MinValueValidator(datetime.date(2026, 1, 31))]),
        {"min": "2026-01-31"},
    ),
    "a function as a bound": (models.DateField(validators=[MaxValueValidator(timezone.localdate)]), {}),
    "a validator of another meaning": (models.FloatField(validators=[EvenValidator(1)]), {}),
    "a function": (models.FloatField(validators=[lambda value: None]), {}),
    "addresses": (models.URLField(validators=[URLValidator(schemes=["https"])]), {"max_length": 200}),
    "patterns": (
        models.TextField(
            validators=[
                RegexValidator("(?i)^x", "Begin with x."),
                RegexValidator(r"\d", "No digits, not “%(value)s”.", inverse_match=True),
                RegexValidator(r"\bword\b"),
            ]
        ),
        {
            "patterns": [
                {"regex": "^x", "message": "Begin with x.", "ignore_case": True},
                {"regex": r"[\p{Nd}]", "message": "Enter a valid value.", "inverse": True},
            ]
        },
    ),
    "a relation": (models.ForeignKey(Shelf, models.CASCADE, validators=[validate_slug]), {}),
}


@pytest.mark.parametrize("case", LIMITS)
def test_limits_that_a_device_can_judge(case: str) -> None:
    field, expected = LIMITS[case]
    assert limits(field) == expected


def test_numbers_keep_to_what_the_database_can_hold() -> None:
    least, most = connection.ops.integer_field_range("PositiveSmallIntegerField")
    told = limits(models.PositiveSmallIntegerField())
    assert (int(told["min"]), int(told["max"])) == (least, most)


DEFAULTS: dict[str, tuple[Any, dict[str, Any]]] = {
    "plain": (models.IntegerField(default=7), {"default": 7}),
    "as stored": (models.DecimalField(max_digits=6, decimal_places=2, default=1), {"default": "1.00"}),
    "null": (models.IntegerField(null=True, default=None), {"default": None}),
    "empty list": (models.JSONField(default=list), {"default": []}),
    "empty text": (models.CharField(max_length=5, blank=True), {"default": ""}),
    "no empty text but null": (models.CharField(max_length=5, blank=True, null=True), {}),
    "today": (models.DateField(default=timezone.localdate), {"default_now": True}),
    "today by Python": (models.DateField(default=datetime.date.today), {"default_now": True}),
    "now": (models.DateTimeField(default=timezone.now), {"default_now": True}),
    "now in a text": (models.CharField(max_length=50, default=timezone.now), {}),
    "no records": (models.ManyToManyField(Shelf), {"default": []}),
    "the server's": (models.UUIDField(default=uuid.uuid4), {}),
    "the database's": (models.DateTimeField(db_default=Now()), {}),
    "the database's text": (models.CharField(max_length=9, blank=True, db_default="new"), {}),
}


@pytest.mark.parametrize("case", DEFAULTS)
def test_defaults_that_a_device_can_give(case: str) -> None:
    field, expected = DEFAULTS[case]
    assert default(field) == expected


REQUIRED: dict[str, tuple[Any, bool]] = {
    "text": (models.CharField(max_length=5), True),
    "blank": (models.CharField(max_length=5, blank=True), False),
    "with a default, which may not be emptied": (models.IntegerField(default=7), True),
    "yes or no": (models.BooleanField(), False),
    "one of several": (models.BooleanField(choices=[(True, "yes"), (False, "no")]), True),
    "the server gives it": (models.UUIDField(default=uuid.uuid4), False),
    "the database gives it": (models.DateTimeField(db_default=Now()), False),
    "now": (models.DateTimeField(default=timezone.now), True),
    "blank in a form, but not in the database": (models.IntegerField(blank=True), True),
    "blank and null": (models.IntegerField(blank=True, null=True), False),
    "some records": (models.ManyToManyField(Shelf), True),
    "records, or none": (models.ManyToManyField(Shelf, blank=True), False),
    "null that no form takes": (models.DateField(null=True), True),
}


@pytest.mark.parametrize("case", REQUIRED)
def test_what_a_form_must_have(case: str) -> None:
    field, expected = REQUIRED[case]
    assert is_required(field) is expected
