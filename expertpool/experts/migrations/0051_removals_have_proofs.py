from django.db import migrations

from expertpool.core.fields import BlindIndexField
from expertpool.core.mandates import vouch


class Migration(migrations.Migration):
    """A request to remove an avoidance proves that its expert asked it, and what came of it (docs/decisions/0505)."""

    dependencies = [("experts", "0050_leaves_have_proofs")]

    operations = [
        # One that nobody made would take the place of his.
        migrations.RemoveConstraint("avoidanceremoval", "experts_removal_one_open"),
        migrations.AddField(
            "avoidanceremoval",
            "proof",
            BlindIndexField("凭证", null=True, blank=True, editable=False),
        ),
        vouch(
            "experts",
            "avoidanceremoval",
            *("uid.hex", "expert.number", "target", "kind", "asked_by.username", "asked_at"),
            *("agreed", "note", "decided_by.username", "decided_at"),
            together="expert asked_by decided_by",
        ),
    ]
