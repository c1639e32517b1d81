from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("migrated", "0001_initial")]
    operations = [
        migrations.RenameModel("Thing", "Item"),
    ]
