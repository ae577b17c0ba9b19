import secrets
from datetime import timedelta

from django.db import migrations

from expertpool.core.crypto import Vault, binding, blind_index

LETTERS, NOBODY = "draws.invitation", " "
ADDRESS = binding("notifications_message", "address")
GONE_OUT = """
UPDATE notifications_message
   SET recipient_key = %s, address = %s, state = 'sent', detail = '', attempts = 1,
       sending_at = %s, sent_at = %s
 WHERE id = %s
"""


def send_to_nobody(apps, schema_editor):
    """Letters about seats that went into no inbox look as if they had, like those of the others."""
    vault = Vault("FIELD_KEY", at_least=64)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, key, about_id, greatest(created_at, due_at) FROM notifications_message"
            " WHERE state = 'no_account' AND about_type = %s AND deleted_at IS NULL",
            [LETTERS],
        )
        changes = []
        for pk, key, about_id, since in cursor.fetchall():
            found_by = blind_index("recipient", f"{NOBODY}:{LETTERS}:{about_id}")
            token = vault.encrypt(NOBODY.encode(), ADDRESS + binding(key))
            # As long as a worker may take.
            began = since + timedelta(microseconds=100_000 + secrets.randbelow(2_000_000))
            ended = began + timedelta(microseconds=5_000 + secrets.randbelow(20_000))
            changes.append([found_by, token, began, ended, pk])
        cursor.executemany(GONE_OUT, changes)


class Migration(migrations.Migration):
    """No letter about a seat says that its expert has no account: docs/decisions/0116."""

    dependencies = [
        ("draws", "0052_pool_pauses"),
        ("notifications", "0007_channel_health"),
    ]

    operations = [migrations.RunPython(send_to_nobody, migrations.RunPython.noop, elidable=True)]
