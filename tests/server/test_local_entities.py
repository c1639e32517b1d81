"""Entities without a model: what devices are told of them, that they never sync, and what is checked."""

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.checks import CheckMessage
from django.db import models
from django.utils import timezone

from syncapi import offline
from syncapi.applications import OfflineApp
from syncapi.checks import check_apps
from syncapi.definition import app_definition
from tests.wire.models import Shelf


class LocalShelf(offline.LocalEntity):
    model = Shelf
    attributes = ["name"]


class LocalNote(offline.LocalEntity):
    title = models.CharField(max_length=40)
    text = models.TextField("what was seen", blank=True)
    shelf = models.ForeignKey(Shelf, on_delete=models.CASCADE, null=True)
    weight = models.DecimalField(max_digits=6, decimal_places=2, default="1.5")
    state = models.CharField(max_length=1, choices={"o": "open", "d": "done"}, default="o")
    marks = models.JSONField(default=list)
    list_display = ["title", "state"]
    search_fields = ["title", "text"]
    ordering = ["-title"]


def note(**options: Any) -> type[offline.LocalEntity]:
    return type("LocalNote", (offline.LocalEntity,), options)


def app(*entities: type[offline.LocalEntity], **options: Any) -> OfflineApp:
    return OfflineApp("notes", title="Notes", entities=entities, **options)


@pytest.mark.django_db
def test_devices_are_told_all_they_need_to_keep_and_check_them() -> None:
    shelf, told = app_definition(app(LocalShelf, LocalNote), AnonymousUser())["entities"]
    assert (shelf["name"], told["name"], told["pattern"], told["key"]) == ("LocalShelf", "LocalNote", "local", "id")
    assert (told["label"], told["label_plural"]) == ("note", "notes")
    assert (told["list_display"], told["search_fields"], told["ordering"]) == (
        ["title", "state"],
        ["title", "text"],
        ["-title"],
    )
    plain = {"null": False}
    assert told["attributes"] == [
        {"name": "id", "label": "ID", "type": "uuid", **plain},
        {"name": "title", "label": "title", "type": "string", **plain, "max_length": 40},
        {"name": "text", "label": "what was seen", "type": "text", **plain, "default": ""},
        {"name": "shelf", "label": "shelf", "type": "integer", "null": True, "relation": "LocalShelf"},
        {
            "name": "weight",
            "label": "weight",
            "type": "decimal",
            **plain,
            "decimal_places": 2,
            "max_digits": 6,
            "default": "1.50",
        },
        {
            "name": "state",
            "label": "state",
            "type": "string",
            **plain,
            "max_length": 1,
            "choices": [["o", "open"], ["d", "done"]],
            "default": "o",
        },
        {"name": "marks", "label": "marks", "type": "json", **plain, "default": []},
    ]


def test_they_belong_to_no_sync() -> None:
    made = app(LocalShelf, LocalNote)
    assert list(made.declared_entities) == ["LocalShelf", "LocalNote"]
    assert [entity.name for entity in made.entities_of("", AnonymousUser()) or []] == ["LocalShelf"]
    assert made.has_permission(AnonymousUser()) is False


def test_a_field_may_have_the_name_of_an_option_and_subclasses_have_the_fields_too() -> None:
    class LocalPlace(offline.LocalEntity):
        name = models.CharField(max_length=10)  # type: ignore[assignment]

    class LocalSpot(LocalPlace):
        height = models.IntegerField()
        verbose_name = "spot"

    entity = app(LocalSpot).declared_entities["LocalSpot"]
    assert entity.name == "LocalSpot"
    assert [column.name for column in entity.columns] == ["id", "name", "height"]
    assert [str(label) for label in entity.labels] == ["spot", "spots"]


TEXT = models.TextField
CASES: dict[str, Callable[[], OfflineApp]] = {
    "E030 cannot keep 'id'": lambda: app(note(id=models.IntegerField())),
    "E030 cannot keep 'code'": lambda: app(note(code=models.CharField(primary_key=True))),
    "E030 values of a FileField": lambda: app(note(scan=models.FileField())),
    "E030 values of a BinaryField": lambda: app(note(data=models.BinaryField())),
    "E030 values of a ManyToManyField": lambda: app(note(shelves=models.ManyToManyField(Shelf))),
    "E030 give the class": lambda: app(note(shelf=models.ForeignKey("wire.Shelf", models.CASCADE))),
    "E030 its default is a function": lambda: app(note(at=models.UUIDField(default=uuid.uuid4))),
    "E031 attributes says nothing": lambda: app(note(text=TEXT(), attributes=["text"])),
    "E031 pattern says nothing": lambda: app(note(text=TEXT(), pattern=offline.ReadOnlyOptimized)),
    "E031 fields of its own: text": lambda: app(note(text=TEXT(), model=Shelf, attributes=["name"])),
    "E031 which is never synced": lambda: app(LocalNote, contexts={"notes": [LocalNote]}),
    "E018 ordering of LocalNote names 'age'": lambda: app(note(text=TEXT(), ordering=["age"])),
    "E001 declare fields on it": lambda: app(note()),
}


@pytest.mark.parametrize("case", CASES)
def test_mistakes_are_told(case: str) -> None:
    number, text = case.split(" ", 1)
    found: list[CheckMessage] = list(check_apps([CASES[case]()]))
    assert [message.id for message in found] == [f"syncapi.{number}"]
    assert text in f"{found[0].msg} {found[0].hint}"


@pytest.mark.django_db
def test_a_device_knows_what_time_it_is() -> None:
    declared = app(
        note(at=models.DateTimeField(default=timezone.now), day=models.DateField(default=timezone.localdate))
    )
    assert list(check_apps([declared])) == []
    (told,) = app_definition(declared, AnonymousUser())["entities"]
    assert [one.get("default_now") for one in told["attributes"]] == [None, True, True]


def test_what_is_right_is_not_told_of() -> None:
    assert list(check_apps([app(LocalShelf, LocalNote)])) == []
