from django.db import migrations

from expertpool.core.finality import stays


class Migration(migrations.Migration):
    """What was revoked or reissued is so for good (docs/decisions/0198)."""

    dependencies = [("certificates", "0001_initial"), ("core", "0017_ends_stay")]

    operations = [stays("certificates_certificate", "ending", "ended_at")]
