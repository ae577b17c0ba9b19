from django.db import migrations

from expertpool.core.finality import stays


class Migration(migrations.Migration):
    """Whoever entered an expert does not admit him: nobody else is written there (docs/decisions/0593)."""

    dependencies = [("experts", "0053_names_are_sealed"), ("core", "0017_ends_stay")]

    operations = [stays("experts_expert", "created_by_id")]
