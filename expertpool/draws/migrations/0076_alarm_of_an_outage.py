from django.db import migrations, models

KINDS = [
    ("answers", "到期的邀请没有按时处理"),
    ("clock", "已送达的邀请没有开始计时"),
    ("release", "名单没有按时公开"),
    ("end", "抽取没有按时结束"),
    ("record", "抽取记录核验不一致"),
    ("reveal", "名单公开时间被改动，姓名保持密封"),
    ("emergency", "应急抽取不是在系统中宣布的，不起作用"),
    ("request", "有申请不是在系统中提出的，不起作用"),
    ("unordered", "未定序，评审已过"),
    ("line", "邀请的状态、计时或签到被改动，不起作用"),
    ("order", "随机值已齐，没有定序"),
    ("contact", "有受邀专家的手机号或邮箱无法读取"),
    ("log", "操作日志末尾被改写，到期的邀请暂不算未答复"),
    ("off", "系统停机，答复时限已顺延"),
]


class Migration(migrations.Migration):
    """That time without service was given back is said on the page of the draw."""

    dependencies = [("draws", "0075_asked_for_a_leave")]

    operations = [
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
