import django.db.models.deletion
from django.db import migrations, models


# Every draw so far is that of one project.
FILL = """
INSERT INTO draws_drawproject (draw_id, project_id, valid)
    SELECT id, project_id, status NOT IN ('abandoned', 'void') FROM draws_draw;
SET CONSTRAINTS ALL IMMEDIATE;
"""
GUARDS = """
CREATE FUNCTION draws_guard_project() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE draw draws_draw%ROWTYPE;
BEGIN
    SELECT * INTO draw FROM draws_draw WHERE id = NEW.draw_id;
    IF TG_OP = 'UPDATE' AND (OLD.draw_id, OLD.project_id)
                            IS DISTINCT FROM (NEW.draw_id, NEW.project_id)
    THEN
        RAISE EXCEPTION 'the projects of draw % never change', draw.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF TG_OP = 'INSERT' AND NOT draw.rule -> 'projects' ?
                                (SELECT number FROM projects_project WHERE id = NEW.project_id)
    THEN
        RAISE EXCEPTION 'the rule of draw % does not name project %', draw.number, NEW.project_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.valid := draw.status NOT IN ('abandoned', 'void');
    RETURN NEW;
END $$;

CREATE FUNCTION draws_follow_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE draws_drawproject SET valid = NEW.status NOT IN ('abandoned', 'void')
        WHERE draw_id = NEW.id;
    RETURN NULL;
END $$;

CREATE TRIGGER draws_project_guarded BEFORE INSERT OR UPDATE ON draws_drawproject
    FOR EACH ROW EXECUTE FUNCTION draws_guard_project();
CREATE TRIGGER draws_project_kept BEFORE DELETE ON draws_drawproject
    FOR EACH ROW EXECUTE FUNCTION draws_refuse_change();
CREATE TRIGGER draws_projects_follow AFTER UPDATE OF status ON draws_draw
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION draws_follow_status();
"""
UNDO = """
DROP TRIGGER draws_projects_follow ON draws_draw;
DROP TRIGGER draws_project_kept ON draws_drawproject;
DROP TRIGGER draws_project_guarded ON draws_drawproject;
DROP FUNCTION draws_follow_status, draws_guard_project;
"""


class Migration(migrations.Migration):
    """Draws of several projects: which they are, and a time of each expert for each meeting."""

    dependencies = [
        ("draws", "0010_release_requests"),
        ("projects", "0007_batches"),
    ]

    operations = [
        migrations.CreateModel(
            name="DrawProject",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("valid", models.BooleanField(default=True, verbose_name="有效")),
            ],
            options={
                "verbose_name": "抽取的项目",
                "verbose_name_plural": "抽取的项目",
            },
        ),
        migrations.RemoveConstraint(
            model_name="draw",
            name="draws_one_valid_draw",
        ),
        migrations.AlterField(
            model_name="hold",
            name="invitation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="holds",
                to="draws.invitation",
            ),
        ),
        migrations.AddField(
            model_name="hold",
            name="meeting",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="场次"),
        ),
        migrations.AddConstraint(
            model_name="hold",
            constraint=models.UniqueConstraint(
                fields=("invitation", "meeting"), name="draws_hold_meeting"
            ),
        ),
        migrations.AddField(
            model_name="drawproject",
            name="draw",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE, related_name="+", to="draws.draw"
            ),
        ),
        migrations.AddField(
            model_name="drawproject",
            name="project",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="+", to="projects.project"
            ),
        ),
        migrations.AddField(
            model_name="draw",
            name="projects",
            field=models.ManyToManyField(
                related_name="+", through="draws.DrawProject", to="projects.project"
            ),
        ),
        migrations.AddConstraint(
            model_name="drawproject",
            constraint=models.UniqueConstraint(
                fields=("draw", "project"), name="draws_project_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="drawproject",
            constraint=models.UniqueConstraint(
                condition=models.Q(("valid", True)),
                fields=("project",),
                name="draws_one_valid_draw",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.RunSQL(GUARDS, UNDO),
    ]
