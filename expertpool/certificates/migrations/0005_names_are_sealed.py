from typing import Any

from django.db import migrations, models

from expertpool.core.crypto import blind_index
from expertpool.core.fields import BlindIndexField, EncryptedTextField
from expertpool.core.resealing import seal_clear

_AT_ONCE = 2_000


def _index(apps: Any, schema_editor: Any) -> None:
    after = 0
    with schema_editor.connection.cursor() as cursor:
        while True:
            cursor.execute(
                "SELECT id, name_clear FROM certificates_certificate WHERE id > %s ORDER BY id LIMIT %s",
                [after, _AT_ONCE],
            )
            rows = cursor.fetchall()
            if not rows:
                return
            after = rows[-1][0]
            cursor.executemany(
                "UPDATE certificates_certificate SET name_index = %s WHERE id = %s",
                [(blind_index("expert.name", name), pk) for pk, name in rows],
            )
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


class Migration(migrations.Migration):
    """Whose a certificate is, and what is printed on it, is encrypted for its row (docs/decisions/0540)."""

    dependencies = [
        ("certificates", "0004_results_have_proofs"),
        ("experts", "0053_names_are_sealed"),
    ]

    operations = [
        migrations.RenameField("certificate", "name", "name_clear"),
        migrations.AlterField(
            "certificate", "name_clear", models.CharField("姓名", max_length=100, default="")
        ),
        migrations.AddField("certificate", "name", EncryptedTextField("姓名", blank=False)),
        migrations.AddField("certificate", "name_index", BlindIndexField("姓名索引")),
        migrations.AddField("certificate", "contents", EncryptedTextField("证书内容")),
        migrations.AlterField("certificate", "printed", models.JSONField("证书内容", default=dict)),
        seal_clear(
            *("certificates_certificate", "name_clear", "name", "number"),
            at_least=64,
            seals_empty=True,
        ),
        seal_clear(
            *("certificates_certificate", "printed", "contents", "number"),
            at_least=512,
            seals_empty=True,
        ),
        migrations.RunPython(_index, migrations.RunPython.noop, elidable=True),
        migrations.RemoveField("certificate", "name_clear"),
        migrations.RemoveField("certificate", "printed"),
    ]
