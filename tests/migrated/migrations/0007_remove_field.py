from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("migrated", "0006_rename_field")]
    operations = [
        migrations.RemoveField("Item", "stock"),
    ]
