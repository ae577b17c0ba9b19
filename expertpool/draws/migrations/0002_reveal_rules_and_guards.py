import django.db.models.deletion
from django.db import migrations, models

GUARDS = """
CREATE FUNCTION draws_refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% of % is refused: a sealed draw never changes', TG_OP, TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;

CREATE FUNCTION draws_guard_draw() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.number, OLD.project_id, OLD.rule, OLD.candidate_count, OLD.seal, OLD.nonce,
        OLD.sealed_at, OLD.operator_id)
       IS DISTINCT FROM
       (NEW.number, NEW.project_id, NEW.rule, NEW.candidate_count, NEW.seal, NEW.nonce,
        NEW.sealed_at, NEW.operator_id)
       OR (OLD.seed <> '' AND (OLD.seed, OLD.reveals) IS DISTINCT FROM (NEW.seed, NEW.reveals))
    THEN
        RAISE EXCEPTION 'the seal of draw % never changes', OLD.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE FUNCTION draws_guard_candidate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.draw_id, OLD.position, OLD.commit, OLD.groups, OLD.unit, OLD.opening)
       IS DISTINCT FROM
       (NEW.draw_id, NEW.position, NEW.commit, NEW.groups, NEW.unit, NEW.opening)
       OR (OLD.rank IS NOT NULL AND OLD.rank IS DISTINCT FROM NEW.rank)
    THEN
        RAISE EXCEPTION 'a sealed candidate never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER draws_draw_sealed BEFORE UPDATE ON draws_draw
    FOR EACH ROW EXECUTE FUNCTION draws_guard_draw();
CREATE TRIGGER draws_draw_kept BEFORE DELETE ON draws_draw
    FOR EACH ROW EXECUTE FUNCTION draws_refuse_change();
CREATE TRIGGER draws_candidate_sealed BEFORE UPDATE ON draws_candidate
    FOR EACH ROW EXECUTE FUNCTION draws_guard_candidate();
CREATE TRIGGER draws_candidate_kept BEFORE DELETE ON draws_candidate
    FOR EACH ROW EXECUTE FUNCTION draws_refuse_change();
CREATE TRIGGER draws_event_kept BEFORE UPDATE OR DELETE ON draws_drawevent
    FOR EACH ROW EXECUTE FUNCTION draws_refuse_change();
"""

UNDO = """
DROP TRIGGER draws_event_kept ON draws_drawevent;
DROP TRIGGER draws_candidate_kept ON draws_candidate;
DROP TRIGGER draws_candidate_sealed ON draws_candidate;
DROP TRIGGER draws_draw_kept ON draws_draw;
DROP TRIGGER draws_draw_sealed ON draws_draw;
DROP FUNCTION draws_guard_candidate, draws_guard_draw, draws_refuse_change;
"""


class Migration(migrations.Migration):
    """Per-role reveal times, and triggers that keep what was sealed as it was sealed."""

    dependencies = [("accounts", "0001_initial"), ("draws", "0001_initial")]

    operations = [
        migrations.CreateModel(
            name="RevealRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("hours", models.PositiveSmallIntegerField(verbose_name="评审前小时")),
                (
                    "role",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="accounts.role",
                        verbose_name="角色",
                    ),
                ),
            ],
            options={"verbose_name": "名单公开规则", "verbose_name_plural": "名单公开规则"},
        ),
        migrations.RunSQL(GUARDS, UNDO),
    ]
