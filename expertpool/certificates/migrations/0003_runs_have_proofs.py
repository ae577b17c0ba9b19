import expertpool.core.fields
from django.db import migrations
from expertpool.core.finality import grows, stays
from expertpool.core.mandates import numbered, vouch


def proof():
    return expertpool.core.fields.BlindIndexField(
        blank=True, default=b"", editable=False, null=False, verbose_name="凭证"
    )


class Migration(migrations.Migration):
    """A run says who asked for what (docs/decisions/0234)."""

    dependencies = [("certificates", "0002_ends_stay"), ("core", "0019_bulk_runs_have_proofs")]

    operations = [
        *numbered("certificaterun", "certificates_certificaterun"),
        migrations.AddField("certificaterun", "proof", proof()),
        vouch(
            "certificates",
            "certificaterun",
            *("uid.hex", "user.username", "kind", "chosen", "total", "created_at", "expires_at"),
            together="user",
        ),
        stays("certificates_certificaterun", "uid", "finished_at"),
        grows("certificates_certificaterun", "done"),
    ]
