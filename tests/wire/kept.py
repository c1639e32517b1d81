"""Models with a field of each class that may be carried, for values that devices write; by keys of all three kinds."""

import uuid
from pathlib import Path

from django.db import models

from tests.wire.models import ShoutField


class Leaf(models.Model):
    """People type its key, a text, and it may be anything."""

    key = models.CharField(max_length=200, primary_key=True)
    name = models.CharField(max_length=50, blank=True)

    class Meta:
        app_label = "wire"

    def __str__(self) -> str:
        return self.key


class Counted(models.Model):
    """People type its key, a number."""

    key = models.BigIntegerField(primary_key=True)

    class Meta:
        app_label = "wire"

    def __str__(self) -> str:
        return str(self.key)


class Made(models.Model):
    """The server makes its key."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)

    class Meta:
        app_label = "wire"

    def __str__(self) -> str:
        return str(self.key)


class Kept(models.Model):
    """Nothing must be given, so that each value can be tried alone."""

    boolean = models.BooleanField(default=False)
    maybe = models.BooleanField(null=True, blank=True)
    char = models.CharField(max_length=200, blank=True)
    text = models.TextField(blank=True)
    nullable = models.TextField(null=True, blank=True)  # noqa: DJ001 (null on purpose)
    short = models.TextField(max_length=5, blank=True)
    slug = models.SlugField(blank=True)
    email = models.EmailField(blank=True)
    url = models.URLField(blank=True)
    address = models.GenericIPAddressField(null=True, blank=True)
    path = models.FilePathField(path=str(Path(__file__).parent), blank=True)
    choice = models.CharField(max_length=1, choices=[("a", "A"), ("b", "B")], blank=True)
    chosen = models.CharField(  # noqa: DJ001 (null on purpose)
        max_length=1, choices=[("a", "A"), ("b", "B")], null=True, blank=True
    )
    rate = models.DecimalField(
        max_digits=5, decimal_places=2, choices=[(7, "7 %"), ("19.5", "19.5 %")], null=True, blank=True
    )
    small = models.SmallIntegerField(null=True, blank=True)
    integer = models.IntegerField(null=True, blank=True)
    big = models.BigIntegerField(null=True, blank=True)
    positive_small = models.PositiveSmallIntegerField(null=True, blank=True)
    positive = models.PositiveIntegerField(null=True, blank=True)
    positive_big = models.PositiveBigIntegerField(null=True, blank=True)
    price = models.DecimalField(max_digits=8, decimal_places=2, null=True, blank=True)
    exact = models.DecimalField(max_digits=30, decimal_places=10, null=True, blank=True)
    whole = models.DecimalField(max_digits=5, decimal_places=0, null=True, blank=True)
    fraction = models.DecimalField(max_digits=4, decimal_places=4, null=True, blank=True)
    float = models.FloatField(null=True, blank=True)
    date = models.DateField(null=True, blank=True)
    time = models.TimeField(null=True, blank=True)
    datetime = models.DateTimeField(null=True, blank=True)
    duration = models.DurationField(null=True, blank=True)
    identifier = models.UUIDField(null=True, blank=True)
    json = models.JSONField(null=True, blank=True)
    filled = models.JSONField(default=dict, blank=True)
    shout = ShoutField(max_length=50, blank=True)
    counted = models.ForeignKey(Counted, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    made = models.ForeignKey(Made, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    leaf = models.ForeignKey(Leaf, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    only = models.OneToOneField(Leaf, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    leaves = models.ManyToManyField(Leaf, blank=True, related_name="+")
    after = models.GeneratedField(
        expression=models.F("small") + 1, output_field=models.IntegerField(null=True), db_persist=True
    )
    document = models.FileField(blank=True)
    picture = models.ImageField(blank=True)

    class Meta:
        abstract = True
        app_label = "wire"

    def __str__(self) -> str:
        return str(self.pk)


class KeptByInteger(Kept):
    pass


class KeptByUUID(Kept):
    key = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)


class KeptByText(Kept):
    key = models.CharField(max_length=200, primary_key=True)
