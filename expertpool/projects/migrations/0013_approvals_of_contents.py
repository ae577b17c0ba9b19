from datetime import UTC, datetime

from django.db import migrations

from expertpool.core.crypto import proof

DECIDES = ("regime", "purchaser_id", "opening_at", "duration_minutes", "decided_at")
AVOIDED = (
    *("subject", "unit_id", "name", "uscc", "unit_name"),
    *("expert_number", "from_date", "to_date"),
)


def vouch_for_contents(apps, schema_editor):
    """Approvals that were proven get their proof over what a draw goes by, as
    `projects.queries.status` has it."""
    rows = apps.get_model("projects", "Project")._default_manager.filter(status="approved")
    proofs = []
    for row in rows.prefetch_related("avoidances").iterator(2000):
        words = [row.pk, row.status_n, row.status]
        if bytes(row.status_proof) != proof("projects.status", words):
            continue
        words += [_said(row, DECIDES), sorted(_said(one, AVOIDED) for one in row.avoidances.all())]
        proofs.append((proof("projects.status", words), row.pk))
    with schema_editor.connection.cursor() as cursor:
        cursor.executemany("UPDATE projects_project SET status_proof = %s WHERE id = %s", proofs)


def _said(row, names):
    said = []
    for value in (getattr(row, name) for name in names):
        one = value.astimezone(UTC).isoformat() if isinstance(value, datetime) else value
        said.append("" if one is None else str(one))
    return said


class Migration(migrations.Migration):
    """An approval of a project covers what its draws go by (docs/decisions/0163)."""

    dependencies = [("projects", "0012_status_proofs")]

    operations = [
        migrations.RunPython(vouch_for_contents, migrations.RunPython.noop, elidable=True),
    ]
