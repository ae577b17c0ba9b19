import json
from datetime import UTC

from django.db import migrations, models

import expertpool.core.fields
from expertpool.core.crypto import blind_index

KINDS = [
    ("answers", "到期的邀请没有按时处理"),
    ("clock", "已送达的邀请没有开始计时"),
    ("release", "名单没有按时公开"),
    ("end", "抽取没有按时结束"),
    ("record", "抽取记录核验不一致"),
    ("reveal", "名单公开时间被改动，姓名保持密封"),
    ("emergency", "应急抽取不是在系统中宣布的，不起作用"),
]
ROWS = """
SELECT row.id, row.declared_at, draw.number, draw.seal, row.reason, row.minutes, row.supervisor, who.username
  FROM draws_emergency AS row JOIN draws_draw AS draw ON draw.id = row.draw_id
  JOIN accounts_user AS who ON who.id = row.declared_by_id
"""


def vouch(apps, schema_editor):
    """Emergencies as they stand get their proof, as `draws.queries.emergency` has it."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(ROWS)
        proofs = []
        for pk, at, *said in cursor.fetchall():
            said.append(at.astimezone(UTC).isoformat())
            text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
            proofs.append((blind_index("draws.emergency", text), pk))
        cursor.executemany("UPDATE draws_emergency SET proof = %s WHERE id = %s", proofs)


class Migration(migrations.Migration):
    """That a draw was declared an emergency has a proof by a key outside the database."""

    dependencies = [("draws", "0048_letters_of_one_seat")]

    operations = [
        migrations.AddField(
            model_name="emergency",
            name="proof",
            field=expertpool.core.fields.BlindIndexField(
                blank=True, default=b"", editable=False, verbose_name="宣布凭证"
            ),
            preserve_default=False,
        ),
        migrations.RunPython(vouch, migrations.RunPython.noop, elidable=True),
        # What was just written would keep tables from being altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RemoveConstraint(model_name="drawalarm", name="draws_alarm_kind_known"),
        migrations.AlterField(
            model_name="drawalarm",
            name="kind",
            field=models.CharField(choices=KINDS, max_length=12, verbose_name="种类"),
        ),
        migrations.AddConstraint(
            model_name="drawalarm",
            constraint=models.CheckConstraint(
                condition=models.Q(kind__in=[code for code, _ in KINDS]),
                name="draws_alarm_kind_known",
            ),
        ),
    ]
