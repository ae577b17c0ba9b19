"""What a file belongs to says by a key outside the database that it was attached there
(docs/decisions/0173)."""

from django.db import migrations

import expertpool.core.fields
from expertpool.core.crypto import proof

SAID = "SELECT id, subject_type, subject_id, kind, file, sha256, held FROM files_attachment"


def vouch(apps, schema_editor):
    """Whatever stands there now counts as attached."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(SAID)
        proofs = [(_proof(said), pk) for pk, *said in cursor.fetchall()]
        cursor.executemany("UPDATE files_attachment SET proof = %s WHERE id = %s", proofs)


def _proof(said):
    return proof("files_attachment", [expertpool.core.fields._said(one) for one in said])


class Migration(migrations.Migration):
    dependencies = [("files", "0002_held")]

    operations = [
        migrations.AddField(
            "attachment", "proof", expertpool.core.fields.BlindIndexField(verbose_name="凭证")
        ),
        migrations.RunPython(vouch, migrations.RunPython.noop),
    ]
