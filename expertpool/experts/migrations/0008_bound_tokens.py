from django.db import migrations

# A version is never edited; when keys are rotated, its token is made anew.
KEEP = """
CREATE TRIGGER experts_expert_bound BEFORE UPDATE OF number ON experts_expert
    FOR EACH ROW WHEN ((OLD.number) IS DISTINCT FROM (NEW.number))
    EXECUTE FUNCTION core_keep_binding();
CREATE OR REPLACE FUNCTION experts_version_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND core_same_token(OLD.snapshot, NEW.snapshot)
       AND to_jsonb(OLD) - 'snapshot' = to_jsonb(NEW) - 'snapshot'
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION '专家历史版本不能修改或删除';
END $$;
"""
UNDO = """
CREATE OR REPLACE FUNCTION experts_version_is_final() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '专家历史版本不能修改或删除';
END $$;
DROP TRIGGER experts_expert_bound ON experts_expert;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0005_bound_tokens"), ("experts", "0007_own_area")]

    operations = [migrations.RunSQL(KEEP, UNDO)]
