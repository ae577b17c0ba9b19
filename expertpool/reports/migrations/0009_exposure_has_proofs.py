"""What is computed of the exposure of experts proves that this system computed it (docs/decisions/0360)."""

from django.db import migrations, models

import expertpool.core.fields
from expertpool.core.mandates import vouch

# As the rows were when this was written: columns that come later have no part in it.
ROWS = """
    UPDATE reports_exposurereport AS report SET rows_digest = (
        SELECT encode(sha256(convert_to(coalesce(string_agg(
            (expert_id, eligible, drawn, supplemented, expected, residual, tail, is_striking,
             asked, accepted, declined, no_answer)::text, ';' ORDER BY expert_id), ''), 'UTF8')), 'hex')
        FROM reports_exposurerow WHERE report_id = report.id)
"""


def digest(apps, schema_editor):
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(ROWS)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    dependencies = [("reports", "0008_kept_numbers_have_proofs")]

    operations = [
        migrations.AddField(
            model_name="exposurereport",
            name="rows_digest",
            field=models.CharField(
                blank=True, db_default="", max_length=64, verbose_name="逐人数据摘要"
            ),
        ),
        migrations.AddField(
            model_name="exposurereport",
            name="proof",
            field=expertpool.core.fields.BlindIndexField(
                blank=True, editable=False, null=True, verbose_name="凭证"
            ),
        ),
        migrations.RunPython(digest, migrations.RunPython.noop, elidable=True),
        vouch(
            *("reports", "exposurereport"),
            *("start_date", "end_date", "figures", "computed_at", "rows_digest"),
        ),
    ]
