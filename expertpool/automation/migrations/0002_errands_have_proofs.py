import expertpool.core.fields
from django.db import migrations
from expertpool.core.finality import stays
from expertpool.core.mandates import vouch


def proof():
    return expertpool.core.fields.BlindIndexField(
        blank=True, default=b"", editable=False, null=False, verbose_name="凭证"
    )


class Migration(migrations.Migration):
    """What a rule gave somebody to see to has a proof (docs/decisions/0235)."""

    dependencies = [("automation", "0001_initial"), ("core", "0019_bulk_runs_have_proofs")]

    operations = [
        migrations.AddField("errand", "proof", proof()),
        vouch(
            "automation",
            "errand",
            *("firing.occurrence.key", "firing.rule.uid.hex", "firing.number"),
            *("role", "text", "created_at"),
            together="firing__occurrence firing__rule",
        ),
        stays("automation_errand", "done_at"),
    ]
