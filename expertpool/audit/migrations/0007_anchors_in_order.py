"""Nobody confirms more of the chain than there is, nor what was confirmed before."""

from django.db import migrations

# A row far ahead, which nobody may take away, ended all anchors.
IN_ORDER = """
CREATE FUNCTION audit_anchor_in_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.number > COALESCE((SELECT max(number) FROM audit_anchor), 0)
        AND NEW.number <= COALESCE((SELECT max(number) FROM audit_chainhead), 0) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the log (%) is confirmed in order, as far as it goes', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER audit_anchor_in_order BEFORE INSERT ON audit_anchor
    FOR EACH ROW EXECUTE FUNCTION audit_anchor_in_order();
"""
OUT_OF_ORDER = """
DROP TRIGGER audit_anchor_in_order ON audit_anchor;
DROP FUNCTION audit_anchor_in_order();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0006_proofs")]

    operations = [migrations.RunSQL(IN_ORDER, OUT_OF_ORDER)]
