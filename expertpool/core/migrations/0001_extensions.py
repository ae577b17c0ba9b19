from django.contrib.postgres.operations import BtreeGistExtension, TrigramExtension
from django.db import migrations


class Migration(migrations.Migration):
    """Extensions of PostgreSQL that other apps' indexes and constraints need."""

    dependencies = []
    operations = [TrigramExtension(), BtreeGistExtension()]
