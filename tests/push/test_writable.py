"""W4: which attributes devices may write is decided here, from the model and the declaration. L5: their old names."""

from typing import Any

import pytest
from django.db import migrations, models
from django.db.migrations import Migration
from rest_framework import serializers

from syncapi import offline, renamed
from syncapi.applications import OfflineApp
from syncapi.entities import LocalEntity
from syncapi.renamed import in_order, names_after
from syncapi.writable import makes_key, may_type_key, old_names, target_of, writable_columns
from tests.wire.models import ByText, Child, Jar, Note, Pointer, Profile, Shelf, Specimen, Tariff


def entity(model: type[models.Model], *attributes: str, beside: Any = (), **options: Any) -> LocalEntity:
    options = {"model": model, "attributes": attributes, "pattern": offline.ReadWrite, **options}
    declared = type("Local", (offline.LocalEntity,), options)
    return OfflineApp("writing", title="Writing", entities=[declared, *beside]).entities["Local"]


def writable(model: type[models.Model], *attributes: str, **options: Any) -> list[str]:
    return [column.name for column in writable_columns(entity(model, *attributes, **options))]


class LocalShelf(offline.LocalEntity):
    model = Shelf
    attributes = ["name"]


def test_W4_only_entities_of_a_pattern_that_writes_are_written() -> None:
    assert writable(Jar, "name", "price") == ["name", "price"]
    for pattern in (offline.ReadOnly, offline.ReadOnlyOptimized):
        assert writable(Jar, "name", "price", pattern=pattern) == []
    note = type("Note", (offline.LocalEntity,), {"text": models.TextField()})
    app = OfflineApp("writing", title="Writing", entities=[note])
    assert writable_columns(app.declared_entities["Note"]) == ()
    assert not may_type_key(app.declared_entities["Note"])


def test_W4_what_others_hold_files_and_what_is_declared_so_is_not_written() -> None:
    carried = ["name", "label", "shelf", "shelf__name", "state", "secret"]
    assert writable(Jar, *carried, beside=[LocalShelf]) == ["name", "shelf", "state", "secret"]
    assert writable(Jar, *carried, beside=[LocalShelf], readonly_attributes=["state"]) == ["name", "shelf", "secret"]
    assert writable(Shelf, "name", "picture") == ["name"]
    assert writable(Tariff, "rate", "opens", "doubled") == ["rate", "opens"]


def test_W4_a_relation_is_written_where_the_app_carries_what_it_leads_to() -> None:
    assert writable(Jar, "name", "shelf", "owner") == ["name"]
    assert writable(Pointer, "parent", "integer") == ["parent"]
    assert writable(Note, "profile", beside=[type("P", (LocalShelf,), {"model": Profile})]) == []  # by another column
    jar = entity(Jar, "shelf", "shelf__name", "owner", beside=[LocalShelf])
    targets = {column.name: target_of(jar, column) for column in jar.columns}
    assert targets == {"id": None, "shelf": jar.app.entities["LocalShelf"], "shelf__name": None, "owner": None}


def test_W4_what_the_server_fills_in_is_not_written() -> None:
    class Stamped(models.Model):
        made = models.DateTimeField(auto_now_add=True)
        changed = models.DateField(auto_now=True)
        inside = models.CharField(max_length=10, editable=False)
        text = models.CharField(max_length=10)

        class Meta:
            app_label = "wire_writable"
            managed = False

        def __str__(self) -> str:
            return self.text

    assert writable(Stamped, "made", "changed", "inside", "text") == ["text"]


def test_W4_the_key_of_a_parent_is_not_written() -> None:
    """With another, the record's changes would be written into the parent of another record."""
    assert writable(Child, "id", "name", "width") == ["name", "width"]


def test_W4_computed_attributes_are_not_written() -> None:
    @offline.attribute(models.CharField("twice"), depends_on=["name"])
    def twice(self: Any, obj: Any) -> str:
        return str(obj.name * 2)

    assert writable(Shelf, "name", "twice", twice=twice) == ["name"]


@pytest.mark.parametrize(
    ("model", "typed", "made"),
    [(Jar, False, True), (Specimen, False, True), (Child, False, True), (ByText, True, False)],
)
def test_keys_are_typed_where_nobody_makes_them(model: type[models.Model], typed: bool, made: bool) -> None:
    declared = entity(model, "name" if model is not Specimen else "char")
    assert (may_type_key(declared), makes_key(declared)) == (typed, made)
    assert (declared.columns[0] in writable_columns(declared)) is typed


def test_a_typed_key_may_be_declared_readonly() -> None:
    assert writable(ByText, "name", readonly_attributes=["key"]) == ["name"]
    assert not may_type_key(entity(ByText, "name", pattern=offline.ReadOnly))


def test_W4_a_serializer_of_the_projects_own_says_what_it_takes() -> None:
    class JarSerializer(serializers.ModelSerializer[Jar]):
        class Meta:
            model = Jar
            fields = ["name", "price", "state"]
            read_only_fields = ["state"]

    assert writable(Jar, "name", "price", "state", "secret", serializer_class=JarSerializer) == ["name", "price"]


# -- L5: names of before


def step(name: str, *operations: Any, after: str = "", replaces: Any = ()) -> Migration:
    parts = {
        "operations": list(operations),
        "dependencies": [("shop", after)] if after else [],
        "replaces": [("shop", other) for other in replaces],
    }
    made: Migration = type("Step", (Migration,), parts)(name, "shop")
    return made


def names(*operations: Any) -> dict[str, dict[str, str]]:
    return names_after([step("0001", *operations)])


def rename(old: str, new: str, model: str = "Item") -> Any:
    return migrations.RenameField(model, old, new)


def test_L5_names_are_followed_to_the_last() -> None:
    assert names(rename("a", "b"), rename("b", "c")) == {"item": {"a": "c", "b": "c"}}
    assert names(rename("a", "b"), migrations.RenameModel("Item", "Good"), rename("b", "c", "Good"))["good"] == {
        "a": "c",
        "b": "c",
    }


def test_L5_a_name_that_is_given_to_another_field_is_no_old_name() -> None:
    text = models.TextField()
    assert names(rename("a", "b"), migrations.AddField("Item", "a", text)) == {"item": {}}
    assert names(rename("a", "b"), rename("c", "a")) == {"item": {"c": "a"}}
    assert names(rename("a", "b"), migrations.RemoveField("Item", "b")) == {"item": {}}
    assert names(rename("a", "b"), migrations.DeleteModel("Item")) == {}
    assert names(rename("a", "b"), rename("b", "a")) == {"item": {"b": "a"}}


def test_L5_a_state_that_is_told_apart_from_the_database_counts() -> None:
    assert names(migrations.SeparateDatabaseAndState([], [rename("a", "b")])) == {"item": {"a": "b"}}


def test_L5_migrations_are_read_in_their_order() -> None:
    first, second = step("z", rename("a", "b")), step("a", rename("b", "c"), after="z")
    assert [one.name for one in in_order({"a": second, "z": first}, "shop")] == ["z", "a"]


def test_L5_of_squashed_migrations_those_that_know_more_are_read() -> None:
    first, second = step("1", rename("a", "b")), step("2", after="1")
    squashed, third = step("1_squashed", replaces=["1", "2"]), step("3", rename("b", "c"), after="1_squashed")
    every = {one.name: one for one in (first, second, squashed, third)}
    assert [one.name for one in in_order(every, "shop")] == ["1", "2", "3"]
    del every["1"]
    assert [one.name for one in in_order(every, "shop")] == ["1_squashed", "3"]


def test_L5_renamed_goes_on_where_the_migrations_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncapi.writable.renamed_fields", lambda meta: {"title": "headline", "headline": "name"})
    declared = entity(Shelf, "name", renamed={"label": "title", "lost": "nowhere", "x": "y", "y": "x"})
    assert old_names(declared) == {"title": "name", "headline": "name", "label": "name"}


def test_L5_a_name_that_an_attribute_has_is_no_old_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("syncapi.writable.renamed_fields", lambda meta: {"state": "name"})
    assert old_names(entity(Jar, "name", "state")) == {}
    assert old_names(entity(Jar, "name")) == {"state": "name"}


def test_L5_a_model_without_migrations_has_no_history() -> None:
    assert renamed.renamed_fields(Jar._meta) == {}
    assert old_names(entity(Jar, "name")) == {}


def test_L5_the_projects_own_migrations_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renamed, "_by_model", renamed._by_model.__wrapped__)
    monkeypatch.setattr(
        "django.db.migrations.loader.MigrationLoader.load_disk",
        lambda self: setattr(self, "disk_migrations", {("wire", "0001"): step("0001", rename("a", "name", "Shelf"))}),
    )
    assert old_names(entity(Shelf, "name")) == {"a": "name"}
