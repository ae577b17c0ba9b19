import json
from datetime import UTC

from django.db import migrations, models

from expertpool.core.crypto import blind_index

KINDS = [
    ("answers", "到期的邀请没有按时处理"),
    ("clock", "已送达的邀请没有开始计时"),
    ("release", "名单没有按时公开"),
    ("end", "抽取没有按时结束"),
    ("record", "抽取记录核验不一致"),
    ("reveal", "名单公开时间被改动，姓名保持密封"),
    ("emergency", "应急抽取不是在系统中宣布的，不起作用"),
    ("request", "有申请不是在系统中提出的，不起作用"),
]
CONTENTS = {  # what each asks for beside its reason
    "voidrequest": (),
    "releaserequest": (),
    "pickrequest": ("uid",),
    "emergencyrequest": ("minutes",),
    "emergencyendrequest": (),
    "wideningrequest": ("plan_version",),
    "reschedulerequest": ("meetings", "before", "after"),
    "answerrequest": ("state", "ground"),
}
FOR_GOOD = """
CREATE FUNCTION draws_keep_decided() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'a request that has ended is not opened again'
        USING ERRCODE = 'restrict_violation';
END $$;
""" + "".join(
    f"""
CREATE TRIGGER draws_{kind}_ended BEFORE UPDATE OF decided_at ON draws_{kind}
    FOR EACH ROW WHEN (OLD.decided_at IS NOT NULL AND NEW.decided_at IS NULL)
    EXECUTE FUNCTION draws_keep_decided();
"""
    for kind in CONTENTS
)
UNDO = (
    "".join(f"DROP TRIGGER draws_{kind}_ended ON draws_{kind};" for kind in CONTENTS)
    + "DROP FUNCTION draws_keep_decided();"
)


def vouch(apps, schema_editor):
    """Requests as they stand get their proof, as `workflow.queries.asking` has it."""
    for kind, contents in CONTENTS.items():
        rows = apps.get_model("draws", kind).objects
        about = "invitation__draw" if kind == "answerrequest" else "draw"
        for row in rows.select_related("requested_by", about):
            times = (row.requested_at, row.expires_at)
            said = [
                *(f"draws.{kind}", _subject(row, kind), row.requested_by.username),
                *(row.reason, *(at.astimezone(UTC).isoformat() for at in times)),
                {name: getattr(row, name) for name in contents},
            ]
            text = json.dumps(
                said, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str
            )
            row.asked_proof = blind_index("workflow.request", text)
            row.save(update_fields=["asked_proof"])


def _subject(row, kind):
    if kind == "answerrequest":
        return f"{row.invitation.draw.number} {row.invitation.commit}"
    return row.draw.number


def field(**kwargs):
    return models.BinaryField(verbose_name="申请凭证", **kwargs)


class Migration(migrations.Migration):
    """That a request of two persons was asked for has a proof by a key outside the database."""

    dependencies = [("draws", "0050_ids_never_change")]

    operations = [
        *(migrations.AddField(kind, "asked_proof", field(null=True)) for kind in CONTENTS),
        migrations.RunPython(vouch, migrations.RunPython.noop, elidable=True),
        # What was just written would keep tables from being altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        *(migrations.AlterField(kind, "asked_proof", field(unique=True)) for kind in CONTENTS),
        migrations.RunSQL(FOR_GOOD, UNDO),
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
