from django.db import migrations

from expertpool.core.finality import stays


class Migration(migrations.Migration):
    """What somebody handed over and ended is not handed over again (docs/decisions/0198)."""

    dependencies = [("workflow", "0005_fuller_steps"), ("core", "0017_ends_stay")]

    operations = [stays("workflow_delegation", "ended_at")]
