from django.core.exceptions import ValidationError
from django.db import models


class Orchard(models.Model):
    code = models.CharField(max_length=20, unique=True)
    town = models.CharField(max_length=60)
    colour = models.CharField(max_length=20, blank=True)
    size = models.PositiveIntegerField(default=1)
    owner = models.CharField(max_length=60, blank=True)

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        if self.town == "Atlantis":
            raise ValidationError({"town": "Nobody has found it."})


class Tree(models.Model):
    orchard = models.ForeignKey(Orchard, on_delete=models.CASCADE)
    kind = models.CharField(max_length=60)
    height = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.kind


class Bench(models.Model):
    name = models.CharField(max_length=60)

    def __str__(self) -> str:
        return self.name
