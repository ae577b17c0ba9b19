from django.db import migrations, models

import expertpool.core.fields
from expertpool.core.crypto import proof
from expertpool.core.finality import grows

SAID = ("state", "kind", "title", "year", "number", "source", "level", "authors", "rank", "summary")


def vouch(apps, schema_editor):
    """Achievements as they stand get their proof, as `ProofField` makes it."""
    rows = apps.get_model("achievements", "Achievement").objects.order_by()
    proofs = []
    for row in rows.select_related("expert").iterator(2000):
        said = [row.pk, 0, row.expert.number, *(getattr(row, name) for name in SAID)]
        proofs.append((proof("achievements_achievement", said), row.pk))
    with schema_editor.connection.cursor() as cursor:
        write = "UPDATE achievements_achievement SET proof = %s WHERE id = %s"
        cursor.executemany(write, proofs)


class Migration(migrations.Migration):
    """That an achievement was approved here, as it stands, has a proof (docs/decisions/0198)."""

    dependencies = [("achievements", "0002_taken_back"), ("core", "0017_ends_stay")]

    operations = [
        migrations.AddField(
            "achievement",
            "proof_n",
            models.PositiveIntegerField(default=0, editable=False, verbose_name="凭证序号"),
        ),
        migrations.AddField(
            "achievement",
            "proof",
            expertpool.core.fields.BlindIndexField(
                blank=True, default=b"", null=False, verbose_name="凭证"
            ),
        ),
        migrations.RunPython(vouch, migrations.RunPython.noop, elidable=True),
        # What was just written would keep the table from being altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        grows("achievements_achievement", "proof_n"),
    ]
