import uuid

from django.db import migrations, models

UID = """
ALTER TABLE notifications_message ADD uid uuid NOT NULL UNIQUE DEFAULT gen_random_uuid();
ALTER TABLE notifications_message ALTER uid DROP DEFAULT;
"""
UNDO = "ALTER TABLE notifications_message DROP uid"


class Migration(migrations.Migration):
    """Messages are found on pages by what cannot be counted through."""

    dependencies = [("notifications", "0010_channel_times")]

    operations = [
        migrations.RunSQL(
            UID,
            UNDO,
            state_operations=[
                migrations.AddField(
                    "message",
                    "uid",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, unique=True, verbose_name="编号"
                    ),
                )
            ],
        )
    ]
