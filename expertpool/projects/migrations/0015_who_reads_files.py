from django.db import migrations

from expertpool.core.crypto import proof

SAID = """
SELECT id, proof, subject_type, subject_id, kind, file, sha256, held FROM files_attachment
WHERE subject_type IN ('projects.project', 'projects.projectbatch')
  AND kind NOT IN ('recording', 'call_recording', 'draw_sheet')
"""


def experts_read_them(apps, schema_editor):
    """Until now invited experts saw whatever was uploaded: that stays so. What somebody else has written there
    stays without proof."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(SAID)
        told = [
            (_proof(subject, row, "experts", *said), pk)
            for pk, kept, subject, row, kind, *said in cursor.fetchall()
            if bytes(kept or b"") == _proof(subject, row, kind, *said)
        ]
        cursor.executemany(
            "UPDATE files_attachment SET kind = 'experts', proof = %s WHERE id = %s", told
        )


def _proof(subject_type, subject_id, kind, file, sha256, held):
    said = [subject_type, subject_id, kind, file, bytes(sha256).hex(), held]
    return proof("files_attachment", said)


class Migration(migrations.Migration):
    """Whoever uploads a file of a project or batch says who reads it (docs/decisions/0244)."""

    dependencies = [
        ("projects", "0014_rules_are_settings"),
        ("files", "0004_removed"),
    ]

    operations = [migrations.RunPython(experts_read_them, migrations.RunPython.noop)]
