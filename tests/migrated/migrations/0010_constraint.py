from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("migrated", "0009_alter_key")]
    operations = [
        migrations.AddConstraint("Item", models.UniqueConstraint(fields=["title"], name="migrated_title")),
    ]
