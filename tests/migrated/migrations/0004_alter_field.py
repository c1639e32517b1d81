from django.db import migrations, models


def write(apps, schema_editor):
    """Before and after the change, as data migrations do."""
    apps.get_model("migrated", "Item").objects.filter(pk=3).update(price=99)


def write_more(apps, schema_editor):
    apps.get_model("migrated", "Item").objects.filter(pk=3).update(price="99.50")
    apps.get_model("migrated", "Item").objects.create(pk=500, name="during", price=1)


class Migration(migrations.Migration):
    dependencies = [("migrated", "0003_alter_table")]
    operations = [
        migrations.RunPython(write),
        migrations.AlterField("Item", "price", models.DecimalField(max_digits=10, decimal_places=2)),
        migrations.RunPython(write_more),
    ]
