from django.db import migrations

from expertpool.core.finality import stays


class Migration(migrations.Migration):
    """A leave that was cancelled, an entry on the blacklist that ended, what was decided of a request to remove an
    avoidance and of an appeal are so for good (docs/decisions/0198)."""

    dependencies = [("experts", "0033_taken_away"), ("core", "0017_ends_stay")]

    operations = [
        stays("experts_leave", "cancelled_at"),
        stays("experts_blacklistentry", "removed_at"),
        stays("experts_blacklistappeal", "decided_at"),
        stays("experts_avoidanceremoval", "decided_at"),
    ]
