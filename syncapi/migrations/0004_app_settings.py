
import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('syncapi', '0003_segments'),
    ]

    operations = [
        migrations.CreateModel(
            name='AppSettings',
            fields=[
                ('app', models.CharField(editable=False, max_length=100, primary_key=True, serialize=False, verbose_name='app')),
                ('orientation', models.CharField(choices=[('adaptive', 'Adaptive'), ('portrait', 'Portrait'), ('landscape', 'Landscape')], default='adaptive', max_length=10, verbose_name='Screen Orientation')),
                ('title', models.CharField(blank=True, max_length=60, verbose_name='App name')),
                ('short_title', models.CharField(blank=True, max_length=24, verbose_name='Short name')),
                ('theme_color', models.CharField(blank=True, max_length=7, validators=[django.core.validators.RegexValidator('\\A#[0-9a-fA-F]{6}\\Z', 'Write a colour as # and six digits, for example #1f5f5b.')], verbose_name='Theme colour')),
                ('background_color', models.CharField(blank=True, max_length=7, validators=[django.core.validators.RegexValidator('\\A#[0-9a-fA-F]{6}\\Z', 'Write a colour as # and six digits, for example #1f5f5b.')], verbose_name='Background colour')),
                ('icon', models.BinaryField(null=True, verbose_name='Icon')),
                ('icon_version', models.CharField(blank=True, editable=False, max_length=16)),
                ('sync_on_online', models.BooleanField(default=False, verbose_name='Synchronize On Online')),
                ('sync_on_resume', models.BooleanField(default=False, verbose_name='Synchronize On Resume')),
                ('sync_on_login', models.BooleanField(default=False, verbose_name='Synchronize On Login')),
                ('retry_syncs', models.BooleanField(default=False, verbose_name='Retry Synchronizations')),
                ('retry_interval', models.PositiveIntegerField(default=30, validators=[django.core.validators.MinValueValidator(5), django.core.validators.MaxValueValidator(86400)], verbose_name='Retry Interval')),
                ('sync_on_start', models.BooleanField(default=False, verbose_name='Synchronize On Start')),
                ('sync_every', models.PositiveIntegerField(default=0, validators=[django.core.validators.MinValueValidator(0), django.core.validators.MaxValueValidator(10080)], verbose_name='Synchronize Every')),
                ('not_on_metered', models.BooleanField(default=False, verbose_name='Not On Metered Connections')),
            ],
            options={
                'verbose_name': 'app settings',
                'verbose_name_plural': 'app settings',
                'default_permissions': ('view', 'change'),
            },
        ),
    ]
