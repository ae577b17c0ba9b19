import expertpool.core.fields
from django.db import migrations, models
from expertpool.core.finality import grows, stays
from expertpool.core.mandates import numbered, vouch


def proof():
    return expertpool.core.fields.BlindIndexField(
        blank=True, default=b"", editable=False, null=False, verbose_name="凭证"
    )


def counted():
    return models.PositiveIntegerField(default=0, editable=False, verbose_name="凭证序号")


class Migration(migrations.Migration):
    """A link says what the office set (docs/decisions/0235)."""

    dependencies = [("joining", "0005_consent_has_a_proof"), ("core", "0019_bulk_runs_have_proofs")]

    operations = [
        *numbered("friendlink", "joining_friendlink"),
        migrations.AddField("friendlink", "proof_n", counted()),
        migrations.AddField("friendlink", "proof", proof()),
        vouch("joining", "friendlink", "uid.hex", "proof_n", "name", "url", "order", "active"),
        stays("joining_friendlink", "uid"),
        grows("joining_friendlink", "proof_n"),
    ]
