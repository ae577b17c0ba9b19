from django.db import migrations, models

import expertpool.core.fields
from expertpool.core.crypto import Vault, binding

AT_ONCE = 2000


def _vault():
    return Vault("FIELD_KEY", 512)


def _bound(draw_id, commit):
    return binding("draws_invitation", "reason") + binding(draw_id, commit)


def _rows(cursor, column):
    after = 0
    while True:
        cursor.execute(
            f"SELECT id, draw_id, commit, {column} FROM draws_invitation"  # noqa: S608
            f" WHERE {column} <> '' AND id > %s ORDER BY id LIMIT %s",
            [after, AT_ONCE],
        )
        rows = cursor.fetchall()
        if not rows:
            return
        yield rows
        after = rows[-1][0]


def seal(apps, schema_editor):
    """Encrypt what was written in clear."""
    vault = _vault()
    with schema_editor.connection.cursor() as cursor:
        for rows in _rows(cursor, "reason_clear"):
            tokens = vault.encrypt_all(
                (text.encode(), _bound(draw, commit)) for _, draw, commit, text in rows
            )
            cursor.execute(
                "UPDATE draws_invitation AS row SET reason = made.token"
                " FROM unnest(%s::bigint[], %s::bytea[]) AS made(id, token)"
                " WHERE row.id = made.id",
                [[row[0] for row in rows], list(tokens)],
            )


def unseal(apps, schema_editor):
    """Write it in clear again."""
    vault = _vault()
    with schema_editor.connection.cursor() as cursor:
        for rows in _rows(cursor, "reason"):
            for pk, draw, commit, token in rows:
                text = vault.decrypt(bytes(token), _bound(draw, commit)).decode()
                cursor.execute(
                    "UPDATE draws_invitation SET reason_clear = %s WHERE id = %s", [text, pk]
                )


class Migration(migrations.Migration):
    """Why somebody left his seat is encrypted: in his words it may name him (docs/decisions/0185)."""

    dependencies = [("core", "0005_bound_tokens"), ("draws", "0063_approvals_of_projects")]

    operations = [
        migrations.RenameField("invitation", "reason", "reason_clear"),
        # For the way back.
        migrations.AlterField(
            "invitation", "reason_clear", models.CharField(default="", max_length=200)
        ),
        migrations.AddField(
            "invitation",
            "reason",
            expertpool.core.fields.EncryptedTextField(blank=True, default="", verbose_name="理由"),
        ),
        # Checks that wait would keep the table from being altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
        migrations.RunPython(seal, unseal),
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", "SET CONSTRAINTS ALL IMMEDIATE"),
        migrations.RemoveField("invitation", "reason_clear"),
    ]
