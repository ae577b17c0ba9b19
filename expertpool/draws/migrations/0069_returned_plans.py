from django.db import migrations, models
from django.db.models import Q

# Also of versions that were handed in again and approved: that somebody said no first stays.
KNOWN = """
UPDATE draws_planversion said SET returned_at = coalesce(
    (SELECT max(decision.decided_at) FROM workflow_decision decision
     JOIN workflow_approval approval ON approval.id = decision.approval_id
     WHERE approval.subject_type = 'draws.planversion' AND approval.subject_id = said.id
       AND NOT decision.agreed),
    CASE WHEN said.approved IS FALSE THEN said.decided_at END);
"""
GUARDS = """
CREATE OR REPLACE FUNCTION draws_guard_plan_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.plan_id, OLD.number, OLD.words, OLD.made_by_id, OLD.made_at)
       IS DISTINCT FROM (NEW.plan_id, NEW.number, NEW.words, NEW.made_by_id, NEW.made_at)
       OR (OLD.approved AND (NEW.approved IS NOT TRUE OR OLD.thin IS DISTINCT FROM NEW.thin))
       OR (OLD.returned_at IS NOT NULL AND NEW.returned_at IS NULL)
    THEN
        RAISE EXCEPTION 'what a version of a plan says never changes, nor that it was approved or returned'
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE OR REPLACE FUNCTION draws_plan_undisputed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM draws_drawplan plan
        JOIN draws_planversion said ON said.plan_id = plan.id AND said.number = plan.version
        WHERE plan.project_id = NEW.project_id AND said.approved IS NOT TRUE
          AND (said.submitted_at IS NOT NULL OR EXISTS (
              SELECT 1 FROM draws_planversion older
              WHERE older.plan_id = plan.id AND older.returned_at IS NOT NULL)))
    THEN
        RAISE EXCEPTION 'the plan of draw % waits for its approval or was returned', NEW.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    """A plan that was returned once is drawn only as it was approved (docs/decisions/0243)."""

    dependencies = [
        ("draws", "0068_only_supervisors_confirm"),
        ("workflow", "0006_ends_stay"),
    ]

    operations = [
        migrations.AddField(
            model_name="planversion",
            name="returned_at",
            field=models.DateTimeField(null=True, verbose_name="退回时间"),
        ),
        migrations.RunSQL(KNOWN, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="planversion",
            constraint=models.CheckConstraint(
                condition=~Q(approved=False) | Q(returned_at__isnull=False),
                name="draws_plan_version_returned",
            ),
        ),
        migrations.AddIndex(
            model_name="planversion",
            index=models.Index(
                condition=Q(returned_at__isnull=False), fields=["plan"], name="draws_returned"
            ),
        ),
        migrations.RunSQL(GUARDS, migrations.RunSQL.noop),
    ]
