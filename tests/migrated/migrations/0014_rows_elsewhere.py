from django.db import migrations


class Migration(migrations.Migration):
    """Changes rows while no trigger counts."""

    dependencies = [("migrated", "0013_half_way")]
    operations = [
        migrations.RunSQL("UPDATE wire_site SET note = 'by the migration' WHERE note = 'dry'", migrations.RunSQL.noop)
    ]
