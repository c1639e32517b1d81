from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("migrated", "0010_constraint")]
    operations = [
        migrations.RunSQL("UPDATE migrated_goods SET price = price + 1", migrations.RunSQL.noop),
    ]
