from django.db import migrations, models

from tests.migrated import faults


def write(apps, schema_editor):
    apps.get_model("migrated", "Item").objects.update(remark="half way")


def fail(apps, schema_editor):
    if faults.fail:
        raise RuntimeError("half way")


class Migration(migrations.Migration):
    dependencies = [("migrated", "0012_cursor")]
    operations = [
        migrations.RunPython(write),
        migrations.AlterField("Item", "title", models.CharField(max_length=200)),
        migrations.RunPython(fail),
    ]
