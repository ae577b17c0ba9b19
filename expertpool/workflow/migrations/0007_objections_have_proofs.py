from django.db import migrations

from expertpool.core.fields import BlindIndexField
from expertpool.core.mandates import vouch


class Migration(migrations.Migration):
    """What the public says against a notice proves that it came by the page (docs/decisions/0456)."""

    dependencies = [("workflow", "0006_ends_stay")]

    operations = [
        migrations.AddField(
            "objection",
            "proof",
            BlindIndexField("凭证", null=False, blank=True, default=b"", editable=False),
        ),
        vouch(
            "workflow",
            "objection",
            *("code.hex", "notice.public_id.hex", "filed_at", "address_index", "once"),
            together="notice",
        ),
    ]
