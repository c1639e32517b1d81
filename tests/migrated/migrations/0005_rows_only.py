from django.db import migrations, models


def write(apps, schema_editor):
    apps.get_model("migrated", "Item").objects.using(schema_editor.connection.alias).filter(pk=4).update(price=77)


class Migration(migrations.Migration):
    dependencies = [("migrated", "0004_alter_field")]
    operations = [
        migrations.RunPython(write),
    ]
