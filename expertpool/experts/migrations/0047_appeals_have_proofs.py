from django.db import migrations

from expertpool.core.fields import BlindIndexField
from expertpool.core.mandates import vouch


class Migration(migrations.Migration):
    """An appeal proves that its expert made it, and what came of it (docs/decisions/0483)."""

    dependencies = [("experts", "0046_appeal_not_decided")]

    operations = [
        # One that nobody made would take the place of his.
        migrations.RemoveConstraint("blacklistappeal", "experts_appeal_one_open"),
        migrations.AddField(
            "blacklistappeal",
            "proof",
            BlindIndexField("凭证", null=True, blank=True, editable=False),
        ),
        vouch(
            "experts",
            "blacklistappeal",
            *("uid.hex", "entry.expert.number", "entry.added_at", "asked_at"),
            *("agreed", "note", "decided_by.username", "decided_at"),
            together="entry__expert decided_by",
        ),
    ]
