from django.db import migrations

KEEP = """
CREATE TRIGGER siteconfig_storedsetting_bound BEFORE UPDATE OF code ON siteconfig_storedsetting
    FOR EACH ROW WHEN ((OLD.code) IS DISTINCT FROM (NEW.code))
    EXECUTE FUNCTION core_keep_binding()
"""
UNDO = "DROP TRIGGER siteconfig_storedsetting_bound ON siteconfig_storedsetting"


class Migration(migrations.Migration):
    dependencies = [("core", "0005_bound_tokens"), ("siteconfig", "0002_append_only")]

    operations = [migrations.RunSQL(KEEP, UNDO)]
