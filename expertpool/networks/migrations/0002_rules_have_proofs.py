from django.db import migrations

from expertpool.core.fields import BlindIndexField
from expertpool.core.mandates import numbered, vouch

SAYS = (
    *("uid.hex", "kind", "network", "reason", "is_automatic", "made_at"),
    *("made_by.username", "until", "ended_at", "ended_by.username"),
)


class Migration(migrations.Migration):
    """Rules that this system wrote prove it (docs/decisions/0397)."""

    dependencies = [("networks", "0001_initial")]

    operations = [
        *numbered("networkrule", "networks_networkrule"),
        migrations.AddField(
            "networkrule",
            "proof",
            BlindIndexField(blank=True, editable=False, null=True, verbose_name="凭证"),
        ),
        vouch("networks", "NetworkRule", *SAYS, together="made_by ended_by"),
    ]
