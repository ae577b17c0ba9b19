from typing import Any

from django.db import migrations, models

from expertpool.core.crypto import DecryptionError, Vault, binding
from expertpool.core.finality import grows


def _bind(apps: Any, schema_editor: Any) -> None:
    """Bind each pack to the number of its writing; one that does not open is found and made anew."""
    vault, column = Vault("FIELD_KEY"), binding("experts_searchpack", "content")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT id, source, part FROM experts_searchpack ORDER BY id")
        for pk, source, part in cursor.fetchall():
            cursor.execute("SELECT content FROM experts_searchpack WHERE id = %s", [pk])
            token = bytes(cursor.fetchone()[0])
            try:
                plain = vault.decrypt(token, column + binding(source, part))
            except DecryptionError:
                continue
            made = vault.encrypt(plain, column + binding(source, part, 0))
            cursor.execute("UPDATE experts_searchpack SET content = %s WHERE id = %s", [made, pk])


class Migration(migrations.Migration):
    """A search pack of before is found (docs/decisions/0287)."""

    dependencies = [
        ("experts", "0039_who_agreed_to_an_edit"),
        ("core", "0019_bulk_runs_have_proofs"),
    ]

    operations = [
        migrations.AddField(
            "searchpack",
            "written",
            models.PositiveIntegerField(default=0, verbose_name="第几次写入"),
        ),
        migrations.RunPython(_bind, migrations.RunPython.noop, elidable=True),
        grows("experts_searchpack", "written"),
    ]
