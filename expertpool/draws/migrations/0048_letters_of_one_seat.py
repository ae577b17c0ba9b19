from django.db import migrations

from expertpool.core.crypto import Vault, binding, blind_index

AT_ONCE = 5000
LETTERS = "draws.invitation"
ADDRESS = binding("notifications_message", "address")


def key_anew(apps, schema_editor):
    """Site messages: found by a key of their own where they are about a seat, and with the user
    name of whom they are for, encrypted."""
    vault = Vault("FIELD_KEY", at_least=64)
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(
            "UPDATE notifications_message SET recipient_key = NULL WHERE deleted_at IS NOT NULL"
        )
        cursor.execute("SELECT id, username FROM accounts_user")
        names = {blind_index("recipient", str(pk)): name for pk, name in cursor.fetchall()}
        after = 0
        while True:
            cursor.execute(
                "SELECT id, key, about_type, about_id, recipient_key FROM notifications_message"
                " WHERE recipient_key IS NOT NULL AND id > %s ORDER BY id LIMIT %s",
                [after, AT_ONCE],
            )
            rows = cursor.fetchall()
            if not rows:
                return
            after = rows[-1][0]
            found = [(*row[:4], names.get(bytes(row[4]))) for row in rows]
            known = [row for row in found if row[4] is not None]
            keys = [
                blind_index("recipient", f"{name}:{code}:{pk}" if code == LETTERS else name)
                for _, _, code, pk, name in known
            ]
            tokens = vault.encrypt_all(
                (name.encode(), ADDRESS + binding(key)) for _, key, _, _, name in known
            )
            cursor.execute(
                "UPDATE notifications_message AS row"
                " SET recipient_key = made.found_by, address = made.token"
                " FROM unnest(%s::bigint[], %s::bytea[], %s::bytea[]) AS made(id, found_by, token)"
                " WHERE row.id = made.id",
                [[row[0] for row in known], keys, tokens],
            )


class Migration(migrations.Migration):
    """No two letters about seats say that they go to one person: docs/decisions/0085."""

    dependencies = [
        ("draws", "0047_holds_by_hour"),
        ("notifications", "0007_channel_health"),
        ("accounts", "0001_initial"),
    ]

    operations = [
        migrations.RunPython(key_anew, migrations.RunPython.noop, elidable=True),
    ]
