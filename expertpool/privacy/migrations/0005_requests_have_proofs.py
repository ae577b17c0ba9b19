from django.db import migrations

from expertpool.core.crypto import Vault, binding
from expertpool.core.fields import BlindIndexField
from expertpool.core.finality import stays
from expertpool.core.mandates import vouch

AT_ONCE = 500


def _bind(schema_editor, old, new):
    """Bind each text of a request by what ``new`` makes of (uid, expert) instead of ``old``."""
    vault = Vault("FIELD_KEY", 512)
    with schema_editor.connection.cursor() as cursor:
        for column in ("text", "answer"):
            place, after = binding("privacy_datarequest", column), 0
            while True:
                cursor.execute(
                    f"SELECT id, uid, expert_id, {column} FROM privacy_datarequest"  # noqa: S608
                    f" WHERE {column} <> '' AND id > %s ORDER BY id LIMIT %s",
                    [after, AT_ONCE],
                )
                if not (rows := cursor.fetchall()):
                    break
                after = rows[-1][0]
                for pk, uid, expert, token in rows:
                    plain = vault.decrypt(bytes(token), place + old(uid, expert))
                    (made,) = vault.encrypt_all([(plain, place + new(uid, expert))])
                    cursor.execute(
                        f"UPDATE privacy_datarequest SET {column} = %s WHERE id = %s",  # noqa: S608
                        [made, pk],
                    )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def _by_request(uid, expert):
    return binding(uid)


def _by_expert(uid, expert):
    return binding(uid, expert)


def bind(apps, schema_editor):
    _bind(schema_editor, _by_request, _by_expert)


def unbind(apps, schema_editor):
    _bind(schema_editor, _by_expert, _by_request)


class Migration(migrations.Migration):
    """What an expert asks proves that he asked it, and its texts are his alone (docs/decisions/0477)."""

    dependencies = [("privacy", "0004_listed_reads")]

    operations = [
        migrations.RemoveConstraint("datarequest", "privacy_request_one_open"),
        migrations.AddField(
            "datarequest",
            "proof",
            BlindIndexField("凭证", null=False, blank=True, default=b"", editable=False),
        ),
        vouch(
            "privacy",
            "datarequest",
            *("expert.number", "kind", "uid.hex", "asked_at", "due_at"),
            together="expert",
        ),
        migrations.RunPython(bind, unbind, elidable=True),
        stays("privacy_datarequest", "expert_id", "kind", "asked_at"),
    ]
