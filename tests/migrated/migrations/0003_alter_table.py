from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("migrated", "0002_rename_model")]
    operations = [
        migrations.AlterModelTable("Item", "migrated_goods"),
    ]
