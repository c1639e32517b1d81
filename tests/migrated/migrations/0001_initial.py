from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True
    operations = [
        migrations.CreateModel("Group", [
            ("code", models.CharField(max_length=10, primary_key=True, serialize=False)),
            ("name", models.CharField(max_length=20)),
        ]),
        migrations.CreateModel("Thing", [
            ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
            ("name", models.CharField(max_length=50)),
            ("price", models.IntegerField()),
            ("stock", models.IntegerField(default=0)),
            ("group", models.ForeignKey("migrated.Group", models.CASCADE, null=True)),
            ("tags", models.ManyToManyField("migrated.Group", related_name="+")),
        ]),
    ]
