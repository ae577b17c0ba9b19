from django.db import migrations, models

import expertpool.core.fields
from expertpool.core.finality import grows
from expertpool.core.mandates import vouch

INSPECTION = (
    *("uid.hex", "proof_n", "round.uid.hex", "expert.number", "state", "due_on", "is_late"),
    *("version", "asked_at", "asked_by.username", "returned_at", "note", "decided_at"),
    *("decided_by.username", "lifted_at", "lifted_by.username", "lift_reason"),
)
RENEWAL = (
    *("uid.hex", "expert.number", "asked_at", "asked_by.username", "state", "until", "note"),
    *("ended_at", "decided_by.username"),
)


def proof():
    return expertpool.core.fields.BlindIndexField(
        blank=True, default=b"", editable=False, null=False, verbose_name="凭证"
    )


class Migration(migrations.Migration):
    """Inspections and renewals of single experts say who wrote them (docs/decisions/0288)."""

    dependencies = [("inspections", "0007_results_have_proofs")]

    operations = [
        migrations.AddField(
            "inspection",
            "proof_n",
            models.PositiveIntegerField(default=0, editable=False, verbose_name="凭证序号"),
        ),
        migrations.AddField("inspection", "proof", proof()),
        migrations.AddField("renewal", "proof", proof()),
        vouch(
            "inspections",
            "inspection",
            *INSPECTION,
            together="round expert asked_by decided_by lifted_by",
        ),
        vouch("inspections", "renewal", *RENEWAL, together="expert asked_by decided_by"),
        grows("inspections_inspection", "proof_n"),
    ]
