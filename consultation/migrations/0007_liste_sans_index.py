"""Only the sealing of a box reads the roll by section, once: a scan costs less than the index of every line."""

from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('consultation', '0006_depot_leger'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='inscription',
            name='inscription_par_section',
        ),
    ]
