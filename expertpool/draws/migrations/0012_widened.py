import django.db.models.deletion
from django.db import migrations, models

GUARD_DRAW = """
CREATE OR REPLACE FUNCTION draws_guard_draw() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.number, OLD.project_id, OLD.kind, {old}OLD.rule, OLD.candidate_count, OLD.seal,
        OLD.nonce, OLD.sealed_at, OLD.operator_id)
       IS DISTINCT FROM
       (NEW.number, NEW.project_id, NEW.kind, {new}NEW.rule, NEW.candidate_count, NEW.seal,
        NEW.nonce, NEW.sealed_at, NEW.operator_id)
       OR (OLD.seed <> '' AND (OLD.seed, OLD.reveals) IS DISTINCT FROM (NEW.seed, NEW.reveals))
    THEN
        RAISE EXCEPTION 'the seal of draw % never changes', OLD.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
GUARD_PROJECT = """
CREATE OR REPLACE FUNCTION draws_guard_project() RETURNS trigger LANGUAGE plpgsql AS $$
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
    END IF;{widens}
    NEW.valid := draw.status NOT IN ('abandoned', 'void');
    RETURN NEW;
END $$;
"""
SAME_PROJECTS = """
    IF TG_OP = 'INSERT' AND draw.widens_id IS NOT NULL AND NOT EXISTS (
        SELECT FROM draws_drawproject
        WHERE draw_id = draw.widens_id AND project_id = NEW.project_id AND valid)
    THEN
        RAISE EXCEPTION 'draw % widens one of other projects', draw.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    NEW.first := draw.widens_id IS NULL;"""
FOLLOWS = """
-- What a draw widens has ended, is valid, and stays so while the widened draw is.
CREATE FUNCTION draws_guard_widening() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE base draws_draw%ROWTYPE;
BEGIN
    IF TG_OP = 'UPDATE' THEN
        IF NEW.status IN ('abandoned', 'void') AND EXISTS (
            SELECT FROM draws_draw
            WHERE widens_id = NEW.id AND status NOT IN ('abandoned', 'void'))
        THEN
            RAISE EXCEPTION 'draw % was widened', NEW.number USING ERRCODE = 'restrict_violation';
        END IF;
        RETURN NEW;
    END IF;
    SELECT * INTO base FROM draws_draw WHERE id = NEW.widens_id;
    IF (NEW.rule ->> 'widens', NEW.rule ->> 'widens_seal')
           IS DISTINCT FROM (base.number::text, base.seal::text)
       OR (NEW.widens_id IS NOT NULL AND NOT (
               NEW.kind = 'random' AND base.kind = 'random' AND base.project_id = NEW.project_id
               AND base.status IN ('success', 'success_supplement', 'unsatisfied')))
    THEN
        RAISE EXCEPTION 'draw % cannot widen another so', NEW.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER draws_draw_widens BEFORE INSERT OR UPDATE OF status ON draws_draw
    FOR EACH ROW EXECUTE FUNCTION draws_guard_widening();

CREATE FUNCTION draws_panel_of(draw bigint) RETURNS bigint LANGUAGE sql STABLE AS $$
    WITH RECURSIVE chain AS (
        SELECT id, widens_id FROM draws_draw WHERE id = draw
        UNION ALL
        SELECT before.id, before.widens_id FROM draws_draw before
            JOIN chain ON before.id = chain.widens_id
    )
    SELECT id FROM chain WHERE widens_id IS NULL
$$;
CREATE FUNCTION draws_set_panel() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.panel_id := draws_panel_of(NEW.draw_id);
    RETURN NEW;
END $$;
CREATE TRIGGER draws_invitation_panel BEFORE INSERT OR UPDATE OF draw_id, panel_id
    ON draws_invitation FOR EACH ROW EXECUTE FUNCTION draws_set_panel();
"""
UNDO = """
DROP TRIGGER draws_invitation_panel ON draws_invitation;
DROP TRIGGER draws_draw_widens ON draws_draw;
DROP FUNCTION draws_set_panel, draws_panel_of, draws_guard_widening;
"""
# Every draw so far is the first of its panel.
FILL = """
UPDATE draws_invitation SET panel_id = draw_id;
SET CONSTRAINTS ALL IMMEDIATE;
"""


class Migration(migrations.Migration):
    """Draws that widen one which did not fill its panel."""

    dependencies = [("draws", "0011_batches")]

    operations = [
        migrations.AddField(
            model_name="draw",
            name="widens",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="draws.draw",
                verbose_name="补充",
            ),
        ),
        migrations.AddField(
            model_name="drawproject",
            name="first",
            field=models.BooleanField(default=True, verbose_name="首次"),
        ),
        migrations.AddField(
            model_name="invitation",
            name="panel",
            field=models.ForeignKey(
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="draws.draw",
            ),
        ),
        migrations.RunSQL(FILL, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="invitation",
            name="panel",
            field=models.ForeignKey(
                editable=False,
                on_delete=django.db.models.deletion.CASCADE,
                related_name="+",
                to="draws.draw",
            ),
        ),
        migrations.RemoveConstraint(model_name="drawproject", name="draws_one_valid_draw"),
        migrations.RemoveConstraint(model_name="invitation", name="draws_one_leader"),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status__in", ["abandoned", "void"]), _negated=True),
                fields=("widens",),
                name="draws_widened_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="drawproject",
            constraint=models.UniqueConstraint(
                condition=models.Q(("first", True), ("valid", True)),
                fields=("project",),
                name="draws_one_valid_draw",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("panel_role", "leader"), ("state__in", ("invited", "accepted"))
                ),
                fields=("panel",),
                name="draws_one_leader",
            ),
        ),
        migrations.RunSQL(
            GUARD_DRAW.format(old="OLD.widens_id, ", new="NEW.widens_id, "),
            GUARD_DRAW.format(old="", new=""),
        ),
        migrations.RunSQL(
            GUARD_PROJECT.replace("{widens}", SAME_PROJECTS),
            GUARD_PROJECT.replace("{widens}", ""),
        ),
        migrations.RunSQL(FOLLOWS, UNDO),
    ]
