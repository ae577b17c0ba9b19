from datetime import UTC

from django.db import migrations

import expertpool.core.fields
from expertpool.core.crypto import proof

# Whom a draw stopped for is added to, never taken away; a pause is of its draw and time.
KEPT = """
CREATE FUNCTION draws_pause_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (NEW.draw_id, NEW.paused_at) IS NOT DISTINCT FROM (OLD.draw_id, OLD.paused_at)
        AND NEW.lost @> OLD.lost THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'for whom a draw was paused (%) stays', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER draws_pause_kept BEFORE UPDATE ON draws_drawpause
    FOR EACH ROW EXECUTE FUNCTION draws_pause_kept();
"""
LET_GO = """
DROP TRIGGER draws_pause_kept ON draws_drawpause;
DROP FUNCTION draws_pause_kept();
"""


def vouch_for_pauses(apps, schema_editor):
    """What stopped for a supervisor gets its proof, as `draws.queries.clock` has it."""
    rows = apps.get_model("draws", "DrawPause")._default_manager.exclude(lost=[])
    proofs = []
    for row in rows.select_related("draw", "resumed_by"):
        said = [row.draw.number, row.paused_at.astimezone(UTC).isoformat(), sorted(row.lost)]
        if row.resumed_at:
            said += [row.resumed_at.astimezone(UTC).isoformat()]
            said += [row.resumed_by.username if row.resumed_by else ""]
        proofs.append((proof("draws.pause", said), row.pk))
    with schema_editor.connection.cursor() as cursor:
        cursor.executemany("UPDATE draws_drawpause SET proof = %s WHERE id = %s", proofs)


class Migration(migrations.Migration):
    """That a draw stopped for a supervisor, and that he let it go on, has a proof."""

    dependencies = [("draws", "0060_more_kinds_of_alarms")]

    operations = [
        migrations.AddField(
            model_name="drawpause",
            name="proof",
            field=expertpool.core.fields.BlindIndexField(
                blank=True, default=b"", null=False, verbose_name="凭证"
            ),
        ),
        migrations.RunPython(vouch_for_pauses, migrations.RunPython.noop, elidable=True),
        migrations.RunSQL(KEPT, LET_GO),
    ]
