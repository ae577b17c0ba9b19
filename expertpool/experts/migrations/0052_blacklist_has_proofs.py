from django.db import migrations, models

from expertpool.core.fields import BlindIndexField
from expertpool.core.finality import grows, stays
from expertpool.core.mandates import numbered, vouch


class Migration(migrations.Migration):
    """An entry on the blacklist proves that it was written here, and whether it was ended here (docs/decisions/0524)."""

    dependencies = [("experts", "0051_removals_have_proofs")]

    operations = [
        *numbered("blacklistentry", "experts_blacklistentry"),
        migrations.AddField(
            "blacklistentry",
            "version",
            models.PositiveIntegerField("版本", default=1, editable=False),
        ),
        migrations.AddField(
            "blacklistentry",
            "proof",
            BlindIndexField("凭证", null=True, blank=True, editable=False),
        ),
        vouch(
            "experts",
            "blacklistentry",
            *("uid.hex", "version", "expert.number", "reason", "evidence", "until_date"),
            *("status_before", "added_at", "added_by.username"),
            *("removed_at", "removed_by.username", "removal_reason"),
            together="expert added_by removed_by",
        ),
        stays("experts_blacklistentry", "uid", "added_at"),
        grows("experts_blacklistentry", "version"),
    ]
