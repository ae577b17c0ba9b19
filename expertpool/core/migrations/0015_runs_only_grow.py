from datetime import UTC

from django.db import migrations, models

from expertpool.core.crypto import proof

ONLY_GROWS = """
CREATE FUNCTION core_runs_only_grow() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a run of before does not come back' USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER core_dutyrun_next BEFORE UPDATE ON core_dutyrun FOR EACH ROW
    WHEN (NEW.n <> OLD.n + 1 OR NEW.name <> OLD.name) EXECUTE FUNCTION core_runs_only_grow();
CREATE TRIGGER core_dutyrun_stays BEFORE DELETE ON core_dutyrun FOR EACH ROW
    EXECUTE FUNCTION core_runs_only_grow();
"""
UNDO = """
DROP TRIGGER core_dutyrun_next ON core_dutyrun;
DROP TRIGGER core_dutyrun_stays ON core_dutyrun;
DROP FUNCTION core_runs_only_grow();
"""


def vouch_anew(apps, schema_editor):
    """What had a proof gets that of now, which says how often, too."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT id, name, at, proof FROM core_dutyrun")
        for pk, name, at, held in cursor.fetchall():
            said = [name, at.astimezone(UTC).isoformat()]
            if bytes(held or b"") == proof("core_dutyrun", said):
                anew = proof("core_dutyrun", [*said, 0])
                cursor.execute("UPDATE core_dutyrun SET proof = %s WHERE id = %s", [anew, pk])


class Migration(migrations.Migration):
    """Since when nothing was done cannot be written back (docs/decisions/0154)."""

    dependencies = [("core", "0014_duties")]

    operations = [
        migrations.AddField(
            model_name="dutyrun",
            name="n",
            field=models.PositiveBigIntegerField(default=0, verbose_name="次数"),
        ),
        migrations.RunPython(vouch_anew, migrations.RunPython.noop, elidable=True),
        migrations.RunSQL(ONLY_GROWS, UNDO),
    ]
