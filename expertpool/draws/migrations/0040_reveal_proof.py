import json
from datetime import UTC

from django.db import connection, migrations, models

import expertpool.core.fields
from expertpool.core.crypto import Vault, binding

MATTERS = [
    ("answers", "到期的邀请没有按时处理"),
    ("clock", "已送达的邀请没有开始计时"),
    ("release", "名单没有按时公开"),
    ("end", "抽取没有按时结束"),
    ("record", "抽取记录核验不一致"),
    ("reveal", "名单公开时间被改动，姓名保持密封"),
]


def vouch(apps, schema_editor):
    """The times as they stand get their proof, as `draws.queries.reveal` has it."""
    vault, column = Vault("SEAL_KEY"), binding("draws_draw", "reveal_proof")
    draws = apps.get_model("draws", "Draw")._default_manager
    rows = draws.values_list("pk", "number", "seal", "reveal_at", "released_at")
    with connection.cursor() as cursor:
        for pk, number, seal, *times in rows.iterator():
            said = [at.astimezone(UTC).isoformat() if at else None for at in times]
            text = json.dumps(
                [number, seal, *said, None], ensure_ascii=False, separators=(",", ":")
            )
            token = vault.encrypt(text.encode(), column + binding(number))
            cursor.execute("UPDATE draws_draw SET reveal_proof = %s WHERE id = %s", [token, pk])


class Migration(migrations.Migration):
    """The times at which names open have a proof by a key outside the database."""

    dependencies = [("draws", "0039_presence")]

    operations = [
        migrations.AddField(
            model_name="draw",
            name="reveal_proof",
            field=expertpool.core.fields.EncryptedTextField(
                blank=True, default="", verbose_name="公开凭证"
            ),
        ),
        migrations.RunPython(vouch, migrations.RunPython.noop, elidable=True),
        # What was just written would keep the table from being altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="drawalarm", name="draws_alarm_matter_known"),
        migrations.AlterField(
            model_name="drawalarm",
            name="matter",
            field=models.CharField(choices=MATTERS, max_length=12, verbose_name="事项"),
        ),
        migrations.AddConstraint(
            model_name="drawalarm",
            constraint=models.CheckConstraint(
                condition=models.Q(matter__in=[code for code, _ in MATTERS]),
                name="draws_alarm_matter_known",
            ),
        ),
    ]
