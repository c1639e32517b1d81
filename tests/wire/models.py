"""Small models for golden messages, and one with every field type."""

import json
import uuid
from typing import Any

from django.conf import settings
from django.db import models

from tests.push import models as pushed  # noqa: F401 (Django looks for an app's models here)
from tests.tracking.stateful import models as roaming  # noqa: F401 (Django looks for an app's models here)


class Shelf(models.Model):
    name = models.CharField("name", max_length=50)
    picture = models.ImageField("picture", upload_to="shelves", blank=True)

    class Meta:
        verbose_name = "shelf"
        verbose_name_plural = "shelves"

    def __str__(self) -> str:
        return self.name


class Jar(models.Model):
    name = models.CharField("name", max_length=50)
    price = models.DecimalField("price", max_digits=20, decimal_places=2)
    shelf = models.ForeignKey(Shelf, on_delete=models.CASCADE, null=True, verbose_name="shelf")
    label = models.FileField("label", upload_to="labels", blank=True)
    state = models.CharField("state", max_length=1, choices=[("o", "Open"), ("s", "Sealed")], default="s")
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.CASCADE,
        null=True,
        related_name="jars",
        # This app has no migrations, so its tables are made before those of the user model.
        db_constraint=False,
    )
    secret = models.CharField("secret", max_length=50, blank=True)

    class Meta:
        verbose_name = "jar"
        verbose_name_plural = "jars"

    def __str__(self) -> str:
        return self.name


class Shout(str):
    """What `ShoutField` makes of a stored text."""

    __slots__ = ()


class ShoutField(models.CharField):
    """A field of a project's own, whose Python values differ from what is stored."""

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Shout | None:
        return None if value is None else Shout(value.upper() + "!")

    def get_prep_value(self, value: Any) -> Any:
        if isinstance(value, Shout):
            return value.removesuffix("!").lower()
        return super().get_prep_value(value)


class Specimen(models.Model):
    """One nullable field of each type."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    char = models.CharField(max_length=200, null=True)  # noqa: DJ001 (null on purpose)
    text = models.TextField(null=True)  # noqa: DJ001
    slug = models.SlugField(null=True)  # noqa: DJ001
    email = models.EmailField(null=True)  # noqa: DJ001
    url = models.URLField(null=True)  # noqa: DJ001
    address = models.GenericIPAddressField(null=True)
    small = models.SmallIntegerField(null=True)
    integer = models.IntegerField(null=True)
    big = models.BigIntegerField(null=True)
    positive = models.PositiveBigIntegerField(null=True)
    decimal = models.DecimalField(max_digits=30, decimal_places=10, null=True)
    float = models.FloatField(null=True)
    boolean = models.BooleanField(null=True)
    date = models.DateField(null=True)
    time = models.TimeField(null=True)
    datetime = models.DateTimeField(null=True)
    duration = models.DurationField(null=True)
    identifier = models.UUIDField(null=True)
    json = models.JSONField(null=True)
    shout = ShoutField(max_length=50, null=True)
    file = models.FileField(null=True)
    picture = models.ImageField(null=True)

    def __str__(self) -> str:
        return str(self.key)


class Tariff(models.Model):
    """Choices as people write them, not as they are stored."""

    rate = models.DecimalField(max_digits=4, decimal_places=0, choices=[(19, "19 %"), (7, "7 %")], default=19)
    opens = models.TimeField(choices=[("9:30", "Half past nine")], null=True)
    doubled = models.GeneratedField(
        expression=models.F("rate") * 2,
        output_field=models.DecimalField(max_digits=6, decimal_places=2),
        db_persist=True,
    )
    terms = models.JSONField(default=dict, decoder=json.JSONDecoder)

    def __str__(self) -> str:
        return str(self.rate)


class Profile(models.Model):
    """Has a key of its own beside the person it belongs to."""

    person = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_constraint=False)
    name = models.CharField(max_length=50)

    def __str__(self) -> str:
        return self.name


class Note(models.Model):
    profile = models.ForeignKey(Profile, to_field="person", on_delete=models.CASCADE)

    def __str__(self) -> str:
        return str(self.pk)


class Child(Shelf):
    """A model that inherits its key from another table."""

    width = models.IntegerField(default=0)


class Contact(models.Model):
    """A model without rows."""

    name = models.CharField(max_length=50)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.name


class Blob(models.Model):
    """What cannot be carried."""

    data = models.BinaryField()

    def __str__(self) -> str:
        return str(self.pk)


class Pair(models.Model):
    """A model whose key cannot be carried."""

    pk = models.CompositePrimaryKey("left", "right")
    left = models.IntegerField()
    right = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.left}-{self.right}"


class Keyed(models.Model):
    """Rows to be found by keys of every kind."""

    name = models.CharField(max_length=50, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return str(self.pk)


class ByInteger(Keyed):
    key = models.BigIntegerField(primary_key=True)


class ByText(Keyed):
    key = models.CharField(max_length=200, primary_key=True)


class ByUUID(Keyed):
    key = models.UUIDField(primary_key=True)


class ByDate(Keyed):
    key = models.DateField(primary_key=True)


class ByTime(Keyed):
    key = models.TimeField(primary_key=True)


class ByDateTime(Keyed):
    key = models.DateTimeField(primary_key=True)


class ByDuration(Keyed):
    key = models.DurationField(primary_key=True)


class ByDecimal(Keyed):
    key = models.DecimalField(max_digits=20, decimal_places=4, primary_key=True)


class ByFloat(Keyed):
    key = models.FloatField(primary_key=True)


class ByBytes(Keyed):
    key = models.BinaryField(max_length=50, primary_key=True)


class ByShout(Keyed):
    key = ShoutField(max_length=50, primary_key=True)


class Pointer(models.Model):
    """Points at rows by keys of every kind; nothing keeps it from pointing nowhere."""

    integer = models.ForeignKey(ByInteger, on_delete=models.DO_NOTHING, null=True, db_constraint=False)
    text = models.ForeignKey(ByText, on_delete=models.DO_NOTHING, null=True, db_constraint=False)
    uuid = models.ForeignKey(ByUUID, on_delete=models.DO_NOTHING, null=True, db_constraint=False)
    bytes = models.ForeignKey(ByBytes, on_delete=models.DO_NOTHING, null=True, db_constraint=False)
    shout = models.ForeignKey(ByShout, on_delete=models.DO_NOTHING, null=True, db_constraint=False)
    supplier = models.ForeignKey(
        "catalog.Supplier", to_field="code", on_delete=models.DO_NOTHING, null=True, db_constraint=False
    )
    child = models.ForeignKey(Child, on_delete=models.DO_NOTHING, null=True, db_constraint=False)
    parent = models.ForeignKey("self", on_delete=models.DO_NOTHING, null=True, db_constraint=False)

    def __str__(self) -> str:
        return str(self.pk)


class Sticker(models.Model):
    """Must have a jar, and nothing sees to it that the jar is there."""

    jar = models.ForeignKey(Jar, on_delete=models.DO_NOTHING, db_constraint=False)
    text = models.CharField(max_length=50)

    def __str__(self) -> str:
        return self.text


from tests.wire import kept, many  # noqa: E402, F401 (which use what is above)
