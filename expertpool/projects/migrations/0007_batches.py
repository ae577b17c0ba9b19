import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


GUARD = """
CREATE FUNCTION projects_guard_batch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.batch_id, OLD.leads_batch) IS DISTINCT FROM (NEW.batch_id, NEW.leads_batch) AND (
        OLD.draw_state <> 'not_drawn' OR EXISTS (
            SELECT FROM projects_project
            WHERE batch_id IN (OLD.batch_id, NEW.batch_id) AND draw_state <> 'not_drawn'
        )
    ) THEN
        RAISE EXCEPTION 'the batch of project % is drawn: nobody joins or leaves', OLD.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER projects_batch_frozen BEFORE UPDATE OF batch_id, leads_batch ON projects_project
    FOR EACH ROW EXECUTE FUNCTION projects_guard_batch();
"""
UNDO = """
DROP TRIGGER projects_batch_frozen ON projects_project;
DROP FUNCTION projects_guard_batch;
"""


class Migration(migrations.Migration):
    """Batches: projects that are drawn together. A drawn batch never changes."""

    dependencies = [
        ("accounts", "0004_apitoken"),
        ("directory", "0001_initial"),
        ("projects", "0006_avoidance_role"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="project",
            name="leads_batch",
            field=models.BooleanField(default=False, verbose_name="批次主项目"),
        ),
        migrations.CreateModel(
            name="ProjectBatch",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.CharField(max_length=50, unique=True, verbose_name="批次编号")),
                ("name", models.CharField(max_length=100, verbose_name="批次名称")),
                ("note", models.TextField(blank=True, max_length=1000, verbose_name="说明")),
                ("created_at", models.DateTimeField(verbose_name="创建时间")),
                (
                    "created_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="创建人",
                    ),
                ),
            ],
            options={
                "verbose_name": "项目批次",
                "verbose_name_plural": "项目批次",
                "ordering": ["-id"],
            },
        ),
        migrations.AddField(
            model_name="project",
            name="batch",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="projects",
                to="projects.projectbatch",
                verbose_name="批次",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("leads_batch", False), ("batch__isnull", False), _connector="OR"
                ),
                name="projects_leads_its_batch",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.UniqueConstraint(
                condition=models.Q(("leads_batch", True)),
                fields=("batch",),
                name="projects_one_lead_of_a_batch",
            ),
        ),
        migrations.RunSQL(GUARD, UNDO),
    ]
