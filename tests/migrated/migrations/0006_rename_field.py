from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("migrated", "0005_rows_only")]
    operations = [
        migrations.RenameField("Item", "name", "title"),
    ]
