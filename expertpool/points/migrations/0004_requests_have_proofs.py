from django.db import migrations

from expertpool.core.fields import BlindIndexField
from expertpool.core.finality import stays
from expertpool.core.mandates import vouch


class Migration(migrations.Migration):
    """A request for a service proves that its expert asked for it, and what was answered (docs/decisions/0505)."""

    dependencies = [("points", "0003_texts_are_his")]

    operations = [
        # One that nobody made would take the place of his.
        migrations.RemoveConstraint("benefitrequest", "points_request_one_open"),
        migrations.AddField(
            "benefitrequest",
            "proof",
            BlindIndexField("凭证", null=True, blank=True, editable=False),
        ),
        migrations.AddField(
            "benefitrequest",
            "answer_proof",
            BlindIndexField("答复凭证", null=True, blank=True, editable=False),
        ),
        vouch(
            "points",
            "benefitrequest",
            *("expert.number", "benefit_id", "uid.hex", "asked_at"),
            together="expert",
        ),
        vouch(
            "points",
            "benefitrequest",
            *("expert.number", "uid.hex", "agreed", "answer"),
            *("answered_by.username", "answered_at"),
            together="expert answered_by",
            column="answer_proof",
        ),
        stays("points_benefitrequest", "benefit_id", "asked_at", "agreed", "answered_by_id"),
    ]
