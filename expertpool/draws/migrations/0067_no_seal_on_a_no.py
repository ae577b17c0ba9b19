from django.db import migrations

# By a plan that waits for its approver, or that he returned as it stands, nothing is drawn.
GUARD = """
CREATE FUNCTION draws_plan_undisputed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (
        SELECT 1 FROM draws_drawplan plan
        JOIN draws_planversion said ON said.plan_id = plan.id AND said.number = plan.version
        WHERE plan.project_id = NEW.project_id
          AND said.submitted_at IS NOT NULL AND said.approved IS NOT TRUE)
    THEN
        RAISE EXCEPTION 'the plan of draw % waits for its approval or was returned', NEW.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER draws_draw_plan_undisputed BEFORE INSERT ON draws_draw
    FOR EACH ROW EXECUTE FUNCTION draws_plan_undisputed();
"""
UNDO = """
DROP TRIGGER draws_draw_plan_undisputed ON draws_draw;
DROP FUNCTION draws_plan_undisputed();
"""


class Migration(migrations.Migration):
    dependencies = [("draws", "0066_roles_of_each_review")]

    operations = [migrations.RunSQL(GUARD, UNDO)]
