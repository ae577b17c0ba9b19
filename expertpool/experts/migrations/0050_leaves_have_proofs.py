from django.db import migrations

from expertpool.core.fields import BlindIndexField
from expertpool.core.finality import stays
from expertpool.core.mandates import vouch


class Migration(migrations.Migration):
    """A leave proves that it was filed here, and whether it was ended here (docs/decisions/0505)."""

    dependencies = [("experts", "0049_reasons_are_his")]

    operations = [
        migrations.AddField(
            "leave", "proof", BlindIndexField("凭证", null=True, blank=True, editable=False)
        ),
        migrations.AddField(
            "leave", "end_proof", BlindIndexField("销假凭证", null=True, blank=True, editable=False)
        ),
        vouch(
            "experts",
            "leave",
            *("uid.hex", "expert.number", "during.lower", "during.upper"),
            *("is_own", "created_at", "created_by.username"),
            together="expert created_by",
        ),
        vouch(
            "experts",
            "leave",
            *("uid.hex", "expert.number", "taken_back_at", "cancelled_at"),
            together="expert",
            column="end_proof",
        ),
        stays("experts_leave", "during", "is_own", "created_at", "created_by_id", "proof"),
    ]
