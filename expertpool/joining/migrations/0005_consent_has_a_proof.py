from datetime import UTC

from django.db import migrations

import expertpool.core.fields
from expertpool.core.crypto import proof


def vouch(apps, schema_editor):
    """Versions as they stand get their proof, as `ProofField` makes it."""
    for row in apps.get_model("joining", "ConsentText").objects.all():
        said = [row.number, row.text, row.created_at.astimezone(UTC).isoformat()]
        row.proof = proof("joining_consenttext", said)
        row.save(update_fields=["proof"])


class Migration(migrations.Migration):
    """What applicants agree to has a proof (docs/decisions/0198)."""

    dependencies = [("joining", "0004_links_stay_used")]

    operations = [
        migrations.AddField(
            "consenttext",
            "proof",
            expertpool.core.fields.BlindIndexField(
                blank=True, default=b"", null=False, verbose_name="凭证"
            ),
        ),
        migrations.RunPython(vouch, migrations.RunPython.noop, elidable=True),
        # What was just written would keep the table from being altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
    ]
