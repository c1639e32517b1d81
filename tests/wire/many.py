"""Models of the app `wire` that are tied to others by tables in between."""

from __future__ import annotations

from django.conf import settings
from django.db import models

from tests.wire.models import Keyed, ShoutField


class Label(models.Model):
    name = models.CharField(max_length=50)

    class Meta:
        app_label = "wire"

    def __str__(self) -> str:
        return self.name


class TiedInteger(Keyed):
    key = models.BigIntegerField(primary_key=True)


class TiedText(Keyed):
    key = models.CharField(max_length=200, primary_key=True)


class TiedUUID(Keyed):
    key = models.UUIDField(primary_key=True)


class TiedDate(Keyed):
    key = models.DateField(primary_key=True)


class TiedTime(Keyed):
    key = models.TimeField(primary_key=True)


class TiedDateTime(Keyed):
    key = models.DateTimeField(primary_key=True)


class TiedDecimal(Keyed):
    key = models.DecimalField(max_digits=20, decimal_places=4, primary_key=True)


class TiedFloat(Keyed):
    key = models.FloatField(primary_key=True)


class TiedShout(Keyed):
    key = ShoutField(max_length=50, primary_key=True)


class Crate(models.Model):
    """Tied to rows by keys of every kind, to its like, and by a table with columns of its own."""

    name = models.CharField(max_length=50)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, db_constraint=False)
    labels = models.ManyToManyField(Label, related_name="crates", blank=True)
    near = models.ManyToManyField("self", blank=True)
    above = models.ManyToManyField("self", symmetrical=False, related_name="below", blank=True)
    jars = models.ManyToManyField("wire.Jar", through="Packing", through_fields=("into", "what"))
    integers = models.ManyToManyField(TiedInteger)
    texts = models.ManyToManyField(TiedText)
    uuids = models.ManyToManyField(TiedUUID)
    dates = models.ManyToManyField(TiedDate)
    times = models.ManyToManyField(TiedTime)
    datetimes = models.ManyToManyField(TiedDateTime)
    decimals = models.ManyToManyField(TiedDecimal)
    floats = models.ManyToManyField(TiedFloat)
    shouts = models.ManyToManyField(TiedShout)
    children = models.ManyToManyField("wire.Child")
    suppliers = models.ManyToManyField("catalog.Supplier", through="Supply")

    class Meta:
        app_label = "wire"

    def __str__(self) -> str:
        return self.name


class Packing(models.Model):
    """The same jar may be packed twice, and a jar may be missing."""

    into = models.ForeignKey(Crate, on_delete=models.CASCADE)
    what = models.ForeignKey("wire.Jar", on_delete=models.CASCADE, null=True)
    proposed = models.ForeignKey("wire.Jar", on_delete=models.CASCADE, null=True, related_name="+")
    amount = models.IntegerField(default=1)

    class Meta:
        app_label = "wire"

    def __str__(self) -> str:
        return f"{self.into_id}: {self.what_id}"


class Supply(models.Model):
    """Points at suppliers by another column than their key."""

    crate = models.ForeignKey(Crate, on_delete=models.CASCADE)
    supplier = models.ForeignKey("catalog.Supplier", to_field="code", on_delete=models.CASCADE, db_constraint=False)

    class Meta:
        app_label = "wire"

    def __str__(self) -> str:
        return f"{self.crate_id}: {self.supplier_id}"


class Barrel(Crate):
    """Inherits what it is tied to, and has a set of its own."""

    depth = models.IntegerField(default=0)
    lids = models.ManyToManyField(Label, related_name="+")

    class Meta:
        app_label = "wire"


class WordBox(models.Model):
    """Tied by keys that are texts, on both sides."""

    code = models.CharField(max_length=200, primary_key=True)
    words = models.ManyToManyField(TiedText)

    class Meta:
        app_label = "wire"

    def __str__(self) -> str:
        return self.code
