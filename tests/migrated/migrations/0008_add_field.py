from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("migrated", "0007_remove_field")]
    operations = [
        migrations.AddField("Item", "remark", models.TextField(default="none")),
    ]
