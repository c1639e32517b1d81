from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("migrated", "0008_add_field")]
    operations = [
        migrations.AlterField("Group", "code", models.CharField(max_length=20, primary_key=True, serialize=False)),
    ]
