from django.db import migrations, models


def widen(apps, schema_editor):
    """Alters the table behind the back of Django, so far as the database knows how."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute("ALTER TABLE migrated_goods ALTER COLUMN price TYPE numeric(12, 2)")
    else:
        schema_editor.execute("ALTER TABLE migrated_goods ADD COLUMN added text")


class Migration(migrations.Migration):
    dependencies = [("migrated", "0011_sql")]
    operations = [
        migrations.RunPython(widen),
    ]
