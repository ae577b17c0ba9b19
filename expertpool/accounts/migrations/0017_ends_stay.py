from django.db import migrations

from expertpool.core.finality import stays


class Migration(migrations.Migration):
    """A token that was revoked is so for good (docs/decisions/0198)."""

    dependencies = [("accounts", "0016_shown_by_phone_or_app"), ("core", "0017_ends_stay")]

    operations = [stays("accounts_apitoken", "revoked_at")]
