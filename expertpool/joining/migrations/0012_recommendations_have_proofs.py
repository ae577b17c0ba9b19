from django.db import migrations

from expertpool.core.fields import BlindIndexField
from expertpool.core.mandates import vouch


class Migration(migrations.Migration):
    """A recommendation proves that an expert made it, and what became of its link (docs/decisions/0505)."""

    dependencies = [("joining", "0011_recommendations_are_his")]

    operations = [
        migrations.AddField(
            "recommendation",
            "proof",
            BlindIndexField("凭证", null=True, blank=True, editable=False),
        ),
        vouch(
            "joining",
            "recommendation",
            *("uid.hex", "recommender.number", "contact_index", "digest", "sent_at", "expires_at"),
            *("created_by.username", "used_at", "revoked_at"),
            together="recommender created_by",
        ),
    ]
