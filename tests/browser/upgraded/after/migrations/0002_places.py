from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("orchard", "0001_initial")]
    operations = [
        migrations.AddField("Orchard", "shade", models.CharField(max_length=20, blank=True, default=""), False),
        migrations.RenameField("Orchard", "town", "place"),
        migrations.RenameField("Tree", "kind", "species"),
        migrations.RemoveField("Orchard", "colour"),
        migrations.AlterField("Orchard", "owner", models.CharField(max_length=60)),
        migrations.DeleteModel("Bench"),
    ]
