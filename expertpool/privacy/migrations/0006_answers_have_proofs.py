from datetime import UTC

from django.db import migrations

from expertpool.core.crypto import DecryptionError, Vault, binding, proof
from expertpool.core.fields import BlindIndexField
from expertpool.core.finality import stays


def vouch_answers(apps, schema_editor):
    """Answers as they stand get a proof; one that does not open was altered before, and gets none."""
    vault, place = Vault("FIELD_KEY", 512), binding("privacy_datarequest", "answer")
    rows = apps.get_model("privacy", "DataRequest").objects.order_by()
    answered = rows.filter(answered_at__isnull=False).select_related("expert", "answered_by")
    made = []
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT id, answer FROM privacy_datarequest WHERE answered_at IS NOT NULL")
        tokens = {pk: bytes(token or b"") for pk, token in cursor.fetchall()}
        for row in answered.defer("text", "answer").iterator(2000):
            try:
                bound = place + binding(row.uid, row.expert_id)
                plain = vault.decrypt(tokens[row.pk], bound).decode() if tokens[row.pk] else ""
            except DecryptionError:
                continue
            said = [
                *(row.expert.number, row.uid.hex, row.agreed, plain),
                *(row.answered_by.username, row.answered_at.astimezone(UTC).isoformat()),
            ]
            made.append((proof("privacy_datarequest", said), row.pk))
        cursor.executemany("UPDATE privacy_datarequest SET answer_proof = %s WHERE id = %s", made)
        # What was just written would keep the table from being altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    """What the office answered proves that it did (docs/decisions/0483)."""

    dependencies = [("privacy", "0005_requests_have_proofs")]

    operations = [
        migrations.AddField(
            "datarequest",
            "answer_proof",
            BlindIndexField("答复凭证", null=True, blank=True, editable=False),
        ),
        migrations.RunPython(vouch_answers, migrations.RunPython.noop, elidable=True),
        stays("privacy_datarequest", "agreed", "answered_by_id"),
    ]
