"""Models of the app `wire` for random histories. Few rows, many ways to them.

Constraints to tables of other apps are left out: this app has no migrations, so its tables are made first.
"""

import uuid

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models


class Named(models.Model):
    name = models.CharField(max_length=50)
    count = models.IntegerField(default=0)
    aside = models.IntegerField(default=0)  # carried by nobody

    class Meta:
        abstract = True
        app_label = "wire"

    def __str__(self) -> str:
        return f"{self.pk}: {self.name}"


class Region(Named):
    users = models.ManyToManyField(settings.AUTH_USER_MODEL, through="Assignment", related_name="regions")


class Assignment(models.Model):
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, db_constraint=False)
    region = models.ForeignKey(Region, on_delete=models.CASCADE)

    class Meta:
        app_label = "wire"

    def __str__(self) -> str:
        return f"{self.user_id}: {self.region_id}"


class Depot(Named):
    region = models.ForeignKey(Region, on_delete=models.CASCADE)


class Farm(Named):
    """Integer keys, a unique column beside them, and a region two foreign keys away."""

    code = models.CharField(max_length=10, null=True, unique=True)  # noqa: DJ001 (many without, each with its own)
    depot = models.ForeignKey(Depot, on_delete=models.SET_NULL, null=True)


class Word(Named):
    """Text keys."""

    key = models.CharField(max_length=20, primary_key=True)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, db_constraint=False)


class Ticket(Named):
    """UUID keys, and membership by a table between."""

    key = models.UUIDField(primary_key=True, default=uuid.uuid4)
    groups = models.ManyToManyField(Group, db_constraint=False)


class Notice(Named):
    """Carried from a day on."""

    published = models.DateField()


class Asset(Named):
    region = models.ForeignKey(Region, on_delete=models.CASCADE)


class Engine(Asset):
    """Its key, its name and its region are in another table."""

    power = models.IntegerField(default=0)
