import django.db.models.fields.json
from django.db import migrations, models

# What follows what in a record, whoever writes the row (docs/decisions/0056). What stands last is
# asked without notes and skips, which change no seat: an end ends once, a void for good, and a
# supplement of nobody does not follow an end.
GUARD = """
CREATE FUNCTION draws_guard_event() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    chained boolean;
    expected integer;
    last jsonb;
    kind text := NEW.content->>'type';
BEGIN
    SELECT rule ? 'events' INTO chained FROM draws_draw WHERE id = NEW.draw_id;
    SELECT coalesce(max(n), 0) + 1 INTO expected FROM draws_drawevent WHERE draw_id = NEW.draw_id;
    SELECT content INTO last FROM draws_drawevent
        WHERE draw_id = NEW.draw_id AND content->>'type' NOT IN ('note', 'skip')
        ORDER BY n DESC LIMIT 1;
    IF NEW.n <> expected OR (NEW.content->>'n')::integer IS DISTINCT FROM NEW.n THEN
        RAISE EXCEPTION 'event % of draw % does not follow', NEW.n, NEW.draw_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF chained AND (NEW.content->>'hash') !~ '^[0-9a-f]{64}$' IS NOT FALSE THEN
        RAISE EXCEPTION 'event % of draw % has no hash', NEW.n, NEW.draw_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    IF last->>'type' = 'void' OR last->>'state' = 'void'
       OR last->>'type' = 'end' AND (
           kind = 'end' AND NEW.content->>'state' <> 'void'
           OR kind = 'supplement' AND NEW.content->'seats' = '[]')
    THEN
        RAISE EXCEPTION 'no % follows the end of draw %', kind, NEW.draw_id
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
CREATE TRIGGER draws_event_follows BEFORE INSERT ON draws_drawevent
    FOR EACH ROW EXECUTE FUNCTION draws_guard_event();
"""
UNDO = """
DROP TRIGGER draws_event_follows ON draws_drawevent;
DROP FUNCTION draws_guard_event;
"""


class Migration(migrations.Migration):
    """Events carry the hash of the one before, and the database lets in only what may follow."""

    dependencies = [("draws", "0024_plan_versions")]

    operations = [
        migrations.AddField(
            model_name="drawevent",
            name="hash",
            field=models.GeneratedField(
                db_persist=True,
                expression=django.db.models.fields.json.KT("content__hash"),
                output_field=models.CharField(max_length=64, null=True, verbose_name="事件链"),
            ),
        ),
        migrations.AddConstraint(
            model_name="drawevent",
            constraint=models.UniqueConstraint(fields=("hash",), name="draws_event_hash"),
        ),
        migrations.RunSQL(GUARD, UNDO),
    ]
