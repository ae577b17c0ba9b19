from django.db import migrations

import expertpool.core.fields
from expertpool.core.crypto import proof


def vouch_for_approvals(apps, schema_editor):
    """Approved plans get their proof, as `draws.queries.plan_versions` has it."""
    rows = apps.get_model("draws", "PlanVersion")._default_manager.filter(approved=True)
    found = list(rows.values_list("plan__project", "number", "pk"))
    proofs = [(proof("draws.plan_version", [of, number]), pk) for of, number, pk in found]
    with schema_editor.connection.cursor() as cursor:
        cursor.executemany("UPDATE draws_planversion SET approval_proof = %s WHERE id = %s", proofs)


class Migration(migrations.Migration):
    """That a version of a plan was approved has a proof by a key outside the database."""

    dependencies = [("draws", "0057_lines_have_proofs")]

    operations = [
        migrations.AddField(
            model_name="planversion",
            name="approval_proof",
            field=expertpool.core.fields.BlindIndexField(
                blank=True, default=b"", null=False, verbose_name="审核凭证"
            ),
            preserve_default=False,
        ),
        migrations.RunPython(vouch_for_approvals, migrations.RunPython.noop, elidable=True),
    ]
