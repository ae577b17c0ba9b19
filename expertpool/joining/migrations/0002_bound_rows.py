from django.db import migrations

TABLES = ("joining_application", "joining_recommendation", "joining_registration")
TRIGGER = """
CREATE TRIGGER {table}_bound BEFORE UPDATE OF uid ON {table}
    FOR EACH ROW WHEN ((OLD.uid) IS DISTINCT FROM (NEW.uid))
    EXECUTE FUNCTION core_keep_binding();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("joining", "0001_initial"),
        ("core", "0005_bound_tokens"),
    ]

    operations = [
        migrations.RunSQL(TRIGGER.format(table=table), f"DROP TRIGGER {table}_bound ON {table};")
        for table in TABLES
    ]
