"""The chain is confirmed each minute with a key that is not in the database."""

import expertpool.core.fields
from django.db import migrations, models

# `rotate-keys` writes the proof anew; nothing else ever changes.
KEPT = """
CREATE FUNCTION audit_anchor_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE'
        AND (NEW.number, NEW.hash, NEW.previous, NEW.at)
            IS NOT DISTINCT FROM (OLD.number, OLD.hash, OLD.previous, OLD.at) THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'the log (%) is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER audit_anchor_kept BEFORE UPDATE OR DELETE ON audit_anchor
    FOR EACH ROW EXECUTE FUNCTION audit_anchor_kept();
CREATE TRIGGER audit_anchor_no_truncate BEFORE TRUNCATE ON audit_anchor
    FOR EACH STATEMENT EXECUTE FUNCTION audit_anchor_kept();
"""
LET_GO = """
DROP TRIGGER audit_anchor_no_truncate ON audit_anchor;
DROP TRIGGER audit_anchor_kept ON audit_anchor;
DROP FUNCTION audit_anchor_kept();
"""


class Migration(migrations.Migration):
    dependencies = [("audit", "0002_chain")]

    operations = [
        migrations.CreateModel(
            name="Anchor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.BigIntegerField(unique=True, verbose_name="链长")),
                ("hash", models.CharField(max_length=64, verbose_name="链头")),
                ("previous", models.BigIntegerField(verbose_name="上一个锚点")),
                ("at", models.DateTimeField(verbose_name="时间")),
                (
                    "proof",
                    expertpool.core.fields.EncryptedTextField(
                        blank=True, default="", verbose_name="凭证"
                    ),
                ),
            ],
            options={"verbose_name": "锚点", "verbose_name_plural": "锚点"},
        ),
        migrations.RunSQL(KEPT, LET_GO),
    ]
