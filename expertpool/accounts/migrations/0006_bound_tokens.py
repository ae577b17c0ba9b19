from django.db import migrations

KEEP = """
CREATE TRIGGER accounts_user_bound BEFORE UPDATE OF username ON accounts_user
    FOR EACH ROW WHEN ((OLD.username) IS DISTINCT FROM (NEW.username))
    EXECUTE FUNCTION core_keep_binding()
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_known_permissions"), ("core", "0005_bound_tokens")]

    operations = [migrations.RunSQL(KEEP, "DROP TRIGGER accounts_user_bound ON accounts_user")]
