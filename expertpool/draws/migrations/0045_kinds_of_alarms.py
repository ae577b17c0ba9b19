from django.db import migrations, models

KINDS = ["answers", "clock", "release", "end", "record", "reveal"]


class Migration(migrations.Migration):
    """A matter is what two persons decide; what is amiss with a draw is a kind of alarm."""

    dependencies = [
        ("draws", "0044_proof_by_app"),
    ]

    operations = [
        migrations.RemoveConstraint("drawalarm", "draws_alarm_once"),
        migrations.RemoveConstraint("drawalarm", "draws_alarm_matter_known"),
        migrations.RenameField("drawalarm", "matter", "kind"),
        migrations.AlterField(
            "drawalarm",
            "kind",
            models.CharField(
                choices=[
                    ("answers", "到期的邀请没有按时处理"),
                    ("clock", "已送达的邀请没有开始计时"),
                    ("release", "名单没有按时公开"),
                    ("end", "抽取没有按时结束"),
                    ("record", "抽取记录核验不一致"),
                    ("reveal", "名单公开时间被改动，姓名保持密封"),
                ],
                max_length=12,
                verbose_name="种类",
            ),
        ),
        migrations.AddConstraint(
            "drawalarm",
            models.UniqueConstraint(fields=["draw", "kind"], name="draws_alarm_once"),
        ),
        migrations.AddConstraint(
            "drawalarm",
            models.CheckConstraint(
                condition=models.Q(kind__in=KINDS), name="draws_alarm_kind_known"
            ),
        ),
    ]
