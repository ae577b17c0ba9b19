from django.conf import settings
from django.db import migrations, models

# As `draws.enums.STATUS_TRANSITIONS` (compared by a test).
GUARD = """
CREATE FUNCTION draws_guard_status() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.status, NEW.status) NOT IN (
        ('sealed', 'inviting'), ('sealed', 'abandoned'),
        ('inviting', 'success'), ('inviting', 'success_supplement'),
        ('inviting', 'unsatisfied'), ('inviting', 'void'),
        ('success', 'inviting'), ('success', 'void'),
        ('success_supplement', 'inviting'), ('success_supplement', 'void'),
        ('unsatisfied', 'inviting'), ('unsatisfied', 'void'))
    THEN
        RAISE EXCEPTION 'draw % cannot go from % to %', OLD.number, OLD.status, NEW.status
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER draws_draw_status BEFORE UPDATE ON draws_draw
    FOR EACH ROW WHEN (OLD.status IS DISTINCT FROM NEW.status)
    EXECUTE FUNCTION draws_guard_status();
"""
UNDO = """
DROP TRIGGER draws_draw_status ON draws_draw;
DROP FUNCTION draws_guard_status;
"""


class Migration(migrations.Migration):
    """The states of a draw, and what may follow what."""

    dependencies = [
        ("draws", "0014_standby"),
        ("projects", "0007_batches"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "status__in",
                        [
                            "sealed",
                            "inviting",
                            "success",
                            "success_supplement",
                            "unsatisfied",
                            "abandoned",
                            "void",
                        ],
                    ),
                    models.Q(
                        ("kind", "random"),
                        models.Q(("status__in", ["success_supplement"]), _negated=True),
                        _connector="OR",
                    ),
                ),
                name="draws_status_known",
            ),
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(("status__in", ("sealed", "abandoned")), ("ordered_at", None)),
                        models.Q(
                            models.Q(("status__in", ("sealed", "abandoned")), _negated=True),
                            ("ordered_at__isnull", False),
                        ),
                        _connector="OR",
                    ),
                    models.Q(
                        models.Q(("status__in", ("sealed", "inviting")), ("ended_at", None)),
                        models.Q(
                            models.Q(("status__in", ("sealed", "inviting")), _negated=True),
                            ("ended_at__isnull", False),
                        ),
                        _connector="OR",
                    ),
                ),
                name="draws_status_has_its_times",
            ),
        ),
        migrations.RunSQL(GUARD, UNDO),
    ]
