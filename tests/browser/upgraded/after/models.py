from django.core.exceptions import ValidationError
from django.db import models


class Orchard(models.Model):
    code = models.CharField(max_length=20, unique=True)
    place = models.CharField(max_length=60)
    size = models.PositiveIntegerField(default=1)
    owner = models.CharField(max_length=60)
    shade = models.CharField(max_length=20, blank=True)

    def __str__(self) -> str:
        return self.code

    def clean(self) -> None:
        if self.place == "Atlantis":
            raise ValidationError({"place": "Nobody has found it."})


class Tree(models.Model):
    orchard = models.ForeignKey(Orchard, on_delete=models.CASCADE)
    species = models.CharField(max_length=60)
    height = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return self.species
