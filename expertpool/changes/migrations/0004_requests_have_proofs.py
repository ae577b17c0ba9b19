from datetime import UTC

from django.db import migrations

import expertpool.core.fields
from expertpool.core.crypto import proof
from expertpool.core.finality import stays


def vouch(apps, schema_editor):
    """Requests as they stand get their proof, as `ProofField` makes it."""
    rows = apps.get_model("changes", "ChangeRequest").objects.order_by()
    proofs = []
    for row in rows.select_related("expert", "asked_by").iterator(2000):
        at = row.asked_at.astimezone(UTC).isoformat()
        said = [row.pk, row.uid.hex, row.expert.number, row.asked_by.username, at]
        proofs.append((proof("changes_changerequest", said), row.pk))
    with schema_editor.connection.cursor() as cursor:
        write = "UPDATE changes_changerequest SET proof = %s WHERE id = %s"
        cursor.executemany(write, proofs)


class Migration(migrations.Migration):
    """Who asked for a change of whose record has a proof, and what ended stays so (docs/decisions/0198)."""

    dependencies = [
        ("changes", "0003_taken_back"),
        ("accounts", "0016_shown_by_phone_or_app"),
        ("core", "0017_ends_stay"),
    ]

    operations = [
        migrations.AddField(
            "changerequest",
            "proof",
            expertpool.core.fields.BlindIndexField(
                blank=True, default=b"", null=False, verbose_name="凭证"
            ),
        ),
        migrations.RunPython(vouch, migrations.RunPython.noop, elidable=True),
        # What was just written would keep the table from being altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        stays("changes_changerequest", "ended_at"),
    ]
