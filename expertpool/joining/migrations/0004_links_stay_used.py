from django.db import migrations

from expertpool.core.finality import stays


class Migration(migrations.Migration):
    """A link that was used or taken back leads nowhere any more (docs/decisions/0198)."""

    dependencies = [("joining", "0003_applications_have_proofs"), ("core", "0017_ends_stay")]

    operations = [stays("joining_recommendation", "used_at", "revoked_at")]
