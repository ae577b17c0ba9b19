import expertpool.core.fields
from django.db import migrations, models

from expertpool.core.crypto import proof

ONLY_GROWS = """
CREATE FUNCTION projects_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an old proof of % does not count again', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER projects_project_status_n BEFORE UPDATE OF status_n ON projects_project
    FOR EACH ROW WHEN (NEW.status_n NOT IN (OLD.status_n, OLD.status_n + 1))
    EXECUTE FUNCTION projects_only_grows();
"""
UNDO = """
DROP TRIGGER projects_project_status_n ON projects_project;
DROP FUNCTION projects_only_grows();
"""


def vouch(apps, schema_editor):
    """Projects as they stand get their proof, as `projects.queries.status` has it."""
    rows = apps.get_model("projects", "Project")._default_manager.values_list("pk", "status")
    proofs = [(proof("projects.status", [pk, 0, status]), pk) for pk, status in rows.iterator()]
    with schema_editor.connection.cursor() as cursor:
        cursor.executemany("UPDATE projects_project SET status_proof = %s WHERE id = %s", proofs)


class Migration(migrations.Migration):
    """That a project has its status by its one door has a proof by a key outside the database."""

    dependencies = [("projects", "0011_two_applicants")]

    operations = [
        migrations.AddField(
            model_name="project",
            name="status_n",
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name="状态序号"),
        ),
        migrations.AddField(
            model_name="project",
            name="status_proof",
            field=expertpool.core.fields.BlindIndexField(
                blank=True, default=b"", null=False, verbose_name="状态凭证"
            ),
            preserve_default=False,
        ),
        migrations.RunPython(vouch, migrations.RunPython.noop, elidable=True),
        # What was just written would keep the table from being altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RunSQL(ONLY_GROWS, UNDO),
    ]
