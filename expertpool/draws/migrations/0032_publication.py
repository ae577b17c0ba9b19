import expertpool.draws.models.draw
from django.db import migrations, models

# Once it is published, a draw can only become void; what was published and its address stay.
GUARD = """
CREATE FUNCTION draws_guard_publication() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.public_id <> NEW.public_id THEN
        RAISE EXCEPTION 'the public address of draw % never changes', OLD.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF OLD.published_at IS NULL THEN
        IF NEW.published_at IS NOT NULL
           AND NEW.status NOT IN ('success', 'success_supplement', 'unsatisfied') THEN
            RAISE EXCEPTION 'draw % has not ended or is not valid: its result is not published',
                OLD.number USING ERRCODE = 'restrict_violation';
        END IF;
    ELSIF (OLD.published_at, OLD.publication) IS DISTINCT FROM (NEW.published_at, NEW.publication)
          OR NEW.status NOT IN (OLD.status, 'void') THEN
        RAISE EXCEPTION 'the published result of draw % never changes', OLD.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER draws_draw_published BEFORE UPDATE ON draws_draw
    FOR EACH ROW EXECUTE FUNCTION draws_guard_publication();
"""
NO_GUARD = """
DROP TRIGGER draws_draw_published ON draws_draw;
DROP FUNCTION draws_guard_publication;
"""


def give_ids(apps, schema_editor):
    draws = apps.get_model("draws", "Draw")._default_manager
    for pk in draws.filter(public_id=None).values_list("pk", flat=True):
        draws.filter(pk=pk).update(public_id=expertpool.draws.models.draw.new_public_id())


class Migration(migrations.Migration):
    dependencies = [("draws", "0031_clock")]

    operations = [
        migrations.AddField(
            model_name="draw",
            name="public_id",
            field=models.CharField(max_length=16, null=True, verbose_name="核验码"),
        ),
        migrations.RunPython(give_ids, migrations.RunPython.noop, elidable=True),
        # What was just written would keep the table from being altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="draw",
            name="public_id",
            field=models.CharField(
                default=expertpool.draws.models.draw.new_public_id,
                editable=False,
                max_length=16,
                unique=True,
                verbose_name="核验码",
            ),
        ),
        migrations.AddField(
            model_name="draw",
            name="published_at",
            field=models.DateTimeField(null=True, verbose_name="结果公布时间"),
        ),
        migrations.AddField(
            model_name="draw",
            name="publication",
            field=models.JSONField(null=True, verbose_name="公布的名单"),
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("publication__isnull", True), ("published_at__isnull", True)),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("publication__isnull", False),
                        ("published_at__isnull", False),
                        ("released_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="draws_published_once_released",
            ),
        ),
        migrations.RunSQL(GUARD, NO_GUARD),
    ]
