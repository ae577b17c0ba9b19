import uuid

from django.db import migrations, models

UID = """
ALTER TABLE webhooks_subscription ADD uid uuid NOT NULL UNIQUE DEFAULT gen_random_uuid();
ALTER TABLE webhooks_subscription ALTER uid DROP DEFAULT;
CREATE TRIGGER webhooks_subscription_bound BEFORE UPDATE OF uid ON webhooks_subscription
    FOR EACH ROW WHEN ((OLD.uid) IS DISTINCT FROM (NEW.uid))
    EXECUTE FUNCTION core_keep_binding();
"""
UNDO = """
DROP TRIGGER webhooks_subscription_bound ON webhooks_subscription;
ALTER TABLE webhooks_subscription DROP uid;
"""


class Migration(migrations.Migration):
    dependencies = [("core", "0005_bound_tokens"), ("webhooks", "0001_initial")]

    operations = [
        migrations.RunSQL(
            UID,
            UNDO,
            state_operations=[
                migrations.AddField(
                    "subscription",
                    "uid",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, unique=True, verbose_name="编号"
                    ),
                )
            ],
        )
    ]
