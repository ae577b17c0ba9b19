"""History can only grow; a value is plain or secret, never both."""

from django.db import migrations

GUARDS = """
CREATE FUNCTION siteconfig_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the history (%) is append-only: % refused', TG_TABLE_NAME, TG_OP
        USING ERRCODE = 'restrict_violation';
END
$$;
CREATE TRIGGER siteconfig_settingchange_append_only
    BEFORE UPDATE OR DELETE ON siteconfig_settingchange
    FOR EACH ROW EXECUTE FUNCTION siteconfig_append_only();
CREATE TRIGGER siteconfig_settingchange_no_truncate BEFORE TRUNCATE ON siteconfig_settingchange
    FOR EACH STATEMENT EXECUTE FUNCTION siteconfig_append_only();
ALTER TABLE siteconfig_storedsetting ADD CONSTRAINT siteconfig_plain_or_secret
    CHECK (value IS NULL OR secret = '');
"""
UNDO = """
ALTER TABLE siteconfig_storedsetting DROP CONSTRAINT siteconfig_plain_or_secret;
DROP TRIGGER siteconfig_settingchange_append_only ON siteconfig_settingchange;
DROP TRIGGER siteconfig_settingchange_no_truncate ON siteconfig_settingchange;
DROP FUNCTION siteconfig_append_only();
"""


class Migration(migrations.Migration):
    dependencies = [("siteconfig", "0001_initial")]

    operations = [migrations.RunSQL(GUARDS, UNDO)]
