import uuid

from django.db import migrations, models

import expertpool.core.fields

GUARDS = """
CREATE OR REPLACE FUNCTION draws_guard_draw() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.number, OLD.project_id, OLD.kind, OLD.widens_id, OLD.rule, OLD.candidate_count,
        OLD.seal, OLD.sealed_at, OLD.operator_id)
       IS DISTINCT FROM
       (NEW.number, NEW.project_id, NEW.kind, NEW.widens_id, NEW.rule, NEW.candidate_count,
        NEW.seal, NEW.sealed_at, NEW.operator_id)
       OR NOT {same}(OLD.nonce, NEW.nonce)
       OR (OLD.seed <> '' AND (OLD.seed, OLD.reveals) IS DISTINCT FROM (NEW.seed, NEW.reveals))
    THEN
        RAISE EXCEPTION 'the seal of draw % never changes', OLD.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;

CREATE OR REPLACE FUNCTION draws_guard_candidate() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.draw_id, OLD.position, OLD.commit, OLD.groups, OLD.unit)
       IS DISTINCT FROM
       (NEW.draw_id, NEW.position, NEW.commit, NEW.groups, NEW.unit)
       OR NOT {same}(OLD.opening, NEW.opening)
       OR (OLD.rank IS NOT NULL AND OLD.rank IS DISTINCT FROM NEW.rank)
    THEN
        RAISE EXCEPTION 'a sealed candidate never changes' USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
UID = """
ALTER TABLE draws_pickrequest ADD uid uuid NOT NULL UNIQUE DEFAULT gen_random_uuid();
ALTER TABLE draws_pickrequest ALTER uid DROP DEFAULT;
CREATE TRIGGER draws_pickrequest_bound BEFORE UPDATE OF draw_id, uid ON draws_pickrequest
    FOR EACH ROW WHEN ((OLD.draw_id, OLD.uid) IS DISTINCT FROM (NEW.draw_id, NEW.uid))
    EXECUTE FUNCTION core_keep_binding();
"""
NO_UID = """
DROP TRIGGER draws_pickrequest_bound ON draws_pickrequest;
ALTER TABLE draws_pickrequest DROP uid;
"""


class Migration(migrations.Migration):
    """Draws and candidates never change, but for the tokens of what is sealed."""

    dependencies = [("core", "0005_bound_tokens"), ("draws", "0018_reports")]

    operations = [
        migrations.RunSQL(GUARDS.format(same="core_same_token"), GUARDS.format(same="byteaeq")),
        migrations.RunSQL(
            UID,
            NO_UID,
            state_operations=[
                migrations.AddField(
                    "pickrequest",
                    "uid",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, unique=True, verbose_name="编号"
                    ),
                )
            ],
        ),
        migrations.AlterField(
            model_name="candidate",
            name="opening",
            field=expertpool.core.fields.EncryptedBytesField(verbose_name="身份"),
        ),
        migrations.AlterField(
            model_name="draw",
            name="nonce",
            field=expertpool.core.fields.EncryptedBytesField(verbose_name="系统随机数"),
        ),
        migrations.AlterField(
            model_name="pickrequest",
            name="picks",
            field=expertpool.core.fields.EncryptedBytesField(verbose_name="人选"),
        ),
    ]
