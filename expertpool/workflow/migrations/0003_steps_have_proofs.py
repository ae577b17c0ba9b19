"""At which step an approval stands, and what the steps of a flow are, say by a key outside the database that
it was so (docs/decisions/0173)."""

from datetime import UTC

from django.db import migrations, models

import expertpool.core.fields
from expertpool.core.crypto import proof

ONLY_GROWS = """
CREATE FUNCTION workflow_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an old proof of % does not count again', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER workflow_approval_moves BEFORE UPDATE OF moves ON workflow_approval
    FOR EACH ROW WHEN (NEW.moves NOT IN (OLD.moves, OLD.moves + 1))
    EXECUTE FUNCTION workflow_only_grows();
"""
UNDO = """
DROP TRIGGER workflow_approval_moves ON workflow_approval;
DROP FUNCTION workflow_only_grows();
"""


def vouch(apps, schema_editor):
    """Versions and approvals as they stand get their proof, as `workflow.queries.steps` has it."""
    versions = apps.get_model("workflow", "FlowVersion")._default_manager.all()
    of_versions = []
    for row in versions:
        steps = [
            [one.order, one.name, one.role and one.role.code, one.condition, one.on_rejection]
            for one in row.steps.select_related("role").order_by("order")
        ]
        said = [row.subject, row.number, steps]
        of_versions.append((proof("workflow.version", said), row.pk))
    rows = apps.get_model("workflow", "Approval")._default_manager.order_by()
    of_approvals = []
    for row in rows.select_related("version", "step").iterator(2000):
        said = [
            *(row.pk, row.subject_type, row.subject_id, row.moves),
            *(row.version.number, row.step and row.step.order, row.state),
            row.started_at.astimezone(UTC).isoformat(),
        ]
        of_approvals.append((proof("workflow.approval", said), row.pk))
    with schema_editor.connection.cursor() as cursor:
        for table, proofs in (
            ("workflow_flowversion", of_versions),
            ("workflow_approval", of_approvals),
        ):
            write = f"UPDATE {table} SET proof = %s WHERE id = %s"  # noqa: S608 (from above)
            cursor.executemany(write, proofs)


def _proof():
    return expertpool.core.fields.BlindIndexField(
        blank=True, default=b"", null=False, verbose_name="凭证"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("workflow", "0002_confirmation_codes"),
        ("projects", "0005_approvals"),  # which starts some
    ]

    operations = [
        migrations.AddField("flowversion", "proof", _proof()),
        migrations.AddField("approval", "proof", _proof()),
        migrations.AddField(
            "approval",
            "moves",
            models.PositiveIntegerField(default=0, editable=False, verbose_name="推进次数"),
        ),
        migrations.RunPython(vouch, migrations.RunPython.noop),
        # What was just written would keep the table from being altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RunSQL(ONLY_GROWS, UNDO),
    ]
