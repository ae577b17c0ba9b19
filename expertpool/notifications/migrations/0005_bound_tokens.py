from django.db import migrations

KEEP = """
CREATE TRIGGER notifications_message_bound BEFORE UPDATE OF key ON notifications_message
    FOR EACH ROW WHEN ((OLD.key) IS DISTINCT FROM (NEW.key))
    EXECUTE FUNCTION core_keep_binding()
"""
UNDO = "DROP TRIGGER notifications_message_bound ON notifications_message"


class Migration(migrations.Migration):
    dependencies = [("core", "0005_bound_tokens"), ("notifications", "0004_deleted_messages")]

    operations = [migrations.RunSQL(KEEP, UNDO)]
