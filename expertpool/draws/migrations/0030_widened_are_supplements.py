"""Whoever a widened draw seated came as a supplement, as the statistics of projects always said."""

from django.db import migrations


def name_them(apps, schema_editor):
    invitations = apps.get_model("draws", "Invitation").objects
    invitations.filter(draw__widens__isnull=False, origin="drawn").update(origin="supplement")


class Migration(migrations.Migration):
    dependencies = [("draws", "0029_bounds")]
    operations = [migrations.RunPython(name_them, migrations.RunPython.noop)]
