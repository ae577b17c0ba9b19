import json
from datetime import UTC, datetime

from django.db import migrations, models

import expertpool.core.fields
from expertpool.core.crypto import DecryptionError, Vault, binding, proof

KINDS = [
    ("answers", "到期的邀请没有按时处理"),
    ("clock", "已送达的邀请没有开始计时"),
    ("release", "名单没有按时公开"),
    ("end", "抽取没有按时结束"),
    ("record", "抽取记录核验不一致"),
    ("reveal", "名单公开时间被改动，姓名保持密封"),
    ("emergency", "应急抽取不是在系统中宣布的，不起作用"),
    ("request", "有申请不是在系统中提出的，不起作用"),
    ("line", "邀请的状态、计时或签到被改动，不起作用"),
]
DECIDES = {  # as `draws.queries.written` has it
    "invited": ("asked_again_at", "reached_at", "deadline_at", "time_left"),
    "accepted": ("signed_in_at",),
}
COUNT_MOVES = """
UPDATE draws_draw AS draw SET moves = logged.moves
  FROM (SELECT subject_id, count(*) AS moves FROM audit_entry
         WHERE action = 'draw.reschedule' AND subject_type = 'draws.draw' GROUP BY subject_id) AS logged
 WHERE draw.id::text = logged.subject_id
"""
ONLY_GROWS = """
CREATE FUNCTION draws_only_grows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'an old proof of % does not count again', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER draws_draw_moves BEFORE UPDATE OF moves ON draws_draw
    FOR EACH ROW WHEN (NEW.moves < OLD.moves) EXECUTE FUNCTION draws_only_grows();
CREATE TRIGGER draws_invitation_proof_n BEFORE UPDATE OF proof_n ON draws_invitation
    FOR EACH ROW WHEN (NEW.proof_n NOT IN (OLD.proof_n, OLD.proof_n + 1))
    EXECUTE FUNCTION draws_only_grows();
"""
UNDO = """
DROP TRIGGER draws_draw_moves ON draws_draw;
DROP TRIGGER draws_invitation_proof_n ON draws_invitation;
DROP FUNCTION draws_only_grows();
"""


def vouch_for_moves(apps, schema_editor):
    """The proof of a draw that was moved says how often, as `draws.queries.reveal` has it."""
    vault, column = Vault("SEAL_KEY"), binding("draws_draw", "reveal_proof")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(COUNT_MOVES)
        cursor.execute("SELECT id, number, moves, reveal_proof FROM draws_draw WHERE moves > 0")
        for pk, number, moves, token in cursor.fetchall():
            bound = column + binding(number)
            try:
                said = json.loads(vault.decrypt(bytes(token or b""), bound))
            except DecryptionError:  # it proved nothing, and does not now
                continue
            said = [*said, *[None] * (6 - len(said)), moves]
            text = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
            anew = vault.encrypt(text.encode(), bound)
            cursor.execute("UPDATE draws_draw SET reveal_proof = %s WHERE id = %s", [anew, pk])


def vouch_for_lines(apps, schema_editor):
    """Lines as they stand get their proof."""
    rows = apps.get_model("draws", "Invitation")._default_manager.select_related("draw")
    columns = ("commit", "state", "draw__number", *DECIDES["invited"], *DECIDES["accepted"])
    proofs = [(_proof_of(row), row.pk) for row in rows.only(*columns).iterator(2000)]
    with schema_editor.connection.cursor() as cursor:
        cursor.executemany("UPDATE draws_invitation SET proof = %s WHERE id = %s", proofs)


def _proof_of(row):
    said = [_text(getattr(row, name)) for name in DECIDES.get(row.state, ())]
    said = [row.draw.number, row.commit, 0, row.state, *said]
    return proof("draws.invitation", said)


def _text(value):
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    return None if value is None else str(value)


class Migration(migrations.Migration):
    """What decides of a line has a proof, and an old proof is old (docs/decisions/0134)."""

    dependencies = [("draws", "0056_supervisors_value"), ("audit", "0004_links_by_owner")]

    operations = [
        migrations.AddField(
            model_name="draw",
            name="moves",
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name="改期次数"),
        ),
        migrations.AddField(
            model_name="invitation",
            name="proof",
            field=expertpool.core.fields.BlindIndexField(
                blank=True, default=b"", null=False, verbose_name="凭证"
            ),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name="invitation",
            name="proof_n",
            field=models.PositiveIntegerField(default=0, editable=False, verbose_name="凭证序号"),
        ),
        migrations.RunPython(vouch_for_moves, migrations.RunPython.noop, elidable=True),
        migrations.RunPython(vouch_for_lines, migrations.RunPython.noop, elidable=True),
        # What was just written would keep tables from being altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.RunSQL(ONLY_GROWS, UNDO),
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
