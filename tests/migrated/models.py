"""As they are after the last migration."""

from django.db import models


class Group(models.Model):
    code = models.CharField(max_length=20, primary_key=True)
    name = models.CharField(max_length=20)

    def __str__(self) -> str:
        return self.name


class Item(models.Model):
    title = models.CharField(max_length=200)
    price = models.DecimalField(max_digits=10, decimal_places=2)
    group = models.ForeignKey(Group, on_delete=models.CASCADE, null=True)
    remark = models.TextField(default="none")
    tags = models.ManyToManyField(Group, related_name="+")

    class Meta:
        db_table = "migrated_goods"
        constraints = [models.UniqueConstraint(fields=["title"], name="migrated_title")]

    def __str__(self) -> str:
        return self.title
