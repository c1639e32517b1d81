"""Models of the app `wire` that are written from devices.

Constraints to tables of other apps are left out: this app has no migrations, so its tables are made first.
"""

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator
from django.db import models


class Tag(models.Model):
    """People type its key."""

    code = models.CharField(max_length=10, primary_key=True)
    name = models.CharField(max_length=40, blank=True)

    class Meta:
        app_label = "wire"

    def __str__(self) -> str:
        return self.code


class Site(models.Model):
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+", db_constraint=False)
    name = models.CharField(max_length=40, unique=True)
    note = models.TextField(blank=True)
    size = models.IntegerField(default=0, validators=[MaxValueValidator(100)])
    fee = models.DecimalField(max_digits=8, decimal_places=2, default=0)
    parent = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True)
    tags = models.ManyToManyField(Tag, blank=True)
    secret = models.CharField(max_length=40, blank=True)
    changed = models.DateTimeField(auto_now=True)

    class Meta:
        app_label = "wire"

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        if self.name == "forbidden":
            raise ValidationError({"name": "Not this name.", "secret": "Nor this secret."})
        if self.name == self.note != "":
            raise ValidationError("Name and note are the same.")


class Visit(models.Model):
    site = models.ForeignKey(Site, on_delete=models.CASCADE)
    text = models.CharField(max_length=40)
    minutes = models.IntegerField(default=0)

    class Meta:
        app_label = "wire"
        constraints = [
            models.CheckConstraint(condition=models.Q(minutes__lt=1000), name="wire_visit_minutes"),
            models.UniqueConstraint(fields=["site", "text"], name="wire_visit_text"),
        ]

    def __str__(self) -> str:
        return self.text


class Part(models.Model):
    visit = models.ForeignKey(Visit, on_delete=models.PROTECT)
    tag = models.ForeignKey(Tag, on_delete=models.PROTECT, null=True, blank=True)
    count = models.IntegerField(default=1)

    class Meta:
        app_label = "wire"

    def __str__(self) -> str:
        return str(self.count)


class Trip(models.Model):
    """Goes with its first visit; its last one may not go before it."""

    first = models.ForeignKey(Visit, on_delete=models.CASCADE, related_name="+")
    last = models.ForeignKey(Visit, on_delete=models.RESTRICT, related_name="+")

    class Meta:
        app_label = "wire"

    def __str__(self) -> str:
        return f"{self.first} to {self.last}"


class Store(models.Model):
    """What happens to one can reach another by way of its parcels."""

    name = models.CharField(max_length=40)
    best = models.ForeignKey("wire.Parcel", on_delete=models.SET_NULL, null=True, blank=True, related_name="+")

    class Meta:
        app_label = "wire"

    def __str__(self) -> str:
        return self.name


class Parcel(models.Model):
    """Has others of its kind beside it."""

    store = models.ForeignKey(Store, on_delete=models.CASCADE)
    beside = models.ManyToManyField("self", blank=True)

    class Meta:
        app_label = "wire"

    def __str__(self) -> str:
        return str(self.pk)
