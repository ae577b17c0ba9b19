import uuid

from django.db import migrations, models

import expertpool.core.fields
from expertpool.core.crypto import Vault, binding

AT_ONCE = 2000
# Table → what is usual fits into so many bytes.
TABLES = {"experts_leave": 256, "experts_avoidanceremoval": 512}
UID = """
ALTER TABLE {table} ADD uid uuid NOT NULL UNIQUE DEFAULT gen_random_uuid();
ALTER TABLE {table} ALTER uid DROP DEFAULT;
CREATE TRIGGER {table}_bound BEFORE UPDATE OF uid ON {table}
    FOR EACH ROW WHEN ((OLD.uid) IS DISTINCT FROM (NEW.uid))
    EXECUTE FUNCTION core_keep_binding();
"""
UNDO = """
DROP TRIGGER {table}_bound ON {table};
ALTER TABLE {table} DROP uid;
"""


def _rows(cursor, table, column):
    after = 0
    while True:
        cursor.execute(
            f"SELECT id, uid, {column} FROM {table} WHERE {column} <> '' AND id > %s"  # noqa: S608
            " ORDER BY id LIMIT %s",
            [after, AT_ONCE],
        )
        rows = cursor.fetchall()
        if not rows:
            return
        yield rows
        after = rows[-1][0]


def _bound(table, uid):
    return binding(table, "reason") + binding(uid)


def seal(apps, schema_editor):
    """Encrypt what was written in clear."""
    with schema_editor.connection.cursor() as cursor:
        for table, usual in TABLES.items():
            vault = Vault("FIELD_KEY", usual)
            for rows in _rows(cursor, table, "reason_clear"):
                tokens = vault.encrypt_all(
                    (text.encode(), _bound(table, uid)) for _, uid, text in rows
                )
                cursor.execute(
                    f"UPDATE {table} AS row SET reason = made.token"  # noqa: S608
                    " FROM unnest(%s::bigint[], %s::bytea[]) AS made(id, token)"
                    " WHERE row.id = made.id",
                    [[row[0] for row in rows], list(tokens)],
                )


def unseal(apps, schema_editor):
    """Write it in clear again."""
    with schema_editor.connection.cursor() as cursor:
        for table, usual in TABLES.items():
            vault = Vault("FIELD_KEY", usual)
            for rows in _rows(cursor, table, "reason"):
                for pk, uid, token in rows:
                    text = vault.decrypt(bytes(token), _bound(table, uid)).decode()
                    cursor.execute(
                        f"UPDATE {table} SET reason_clear = %s WHERE id = %s",  # noqa: S608
                        [text, pk],
                    )


def _uid(table, model):
    field = models.UUIDField(default=uuid.uuid4, editable=False, unique=True, verbose_name="编号")
    return migrations.RunSQL(
        UID.format(table=table),
        UNDO.format(table=table),
        state_operations=[migrations.AddField(model, "uid", field)],
    )


def _encrypted(label):
    return expertpool.core.fields.EncryptedTextField(blank=True, default="", verbose_name=label)


class Migration(migrations.Migration):
    """What an expert writes of himself is encrypted (docs/decisions/0185)."""

    dependencies = [("core", "0005_bound_tokens"), ("experts", "0025_no_contact_is_sealed")]

    operations = [
        _uid("experts_leave", "leave"),
        _uid("experts_avoidanceremoval", "avoidanceremoval"),
        migrations.RenameField("leave", "reason", "reason_clear"),
        migrations.RenameField("avoidanceremoval", "reason", "reason_clear"),
        # For the way back.
        migrations.AlterField(
            "leave", "reason_clear", models.CharField(default="", max_length=200)
        ),
        migrations.AlterField(
            "avoidanceremoval", "reason_clear", models.CharField(default="", max_length=300)
        ),
        migrations.AddField("leave", "reason", _encrypted("事由")),
        migrations.AddField("avoidanceremoval", "reason", _encrypted("申请理由")),
        # Checks that wait would keep the table from being altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
        migrations.RunPython(seal, unseal),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
        migrations.RemoveField("leave", "reason_clear"),
        migrations.RemoveField("avoidanceremoval", "reason_clear"),
    ]
