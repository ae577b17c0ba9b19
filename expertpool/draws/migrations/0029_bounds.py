"""The numbers of a plan keep their bounds in the database, too; what does not is mended and logged."""

from django.db import migrations, models

from expertpool.core.bounds import Bounds, mend

PLAN = {
    "unit_cap": Bounds(1, 99),
    "frequency_cap": Bounds(1, 999),
    "frequency_days": Bounds(1, 3650),
    "reply_minutes": Bounds(1, 43200),
    "leave_hours": Bounds(0, 720),
    "reveal_hours": Bounds(0, 720),
}


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_bounds"),
        ("draws", "0028_checked_records"),
        ("projects", "0009_bounds"),
    ]
    operations = [
        mend("draws", "drawplan", **PLAN),
        mend("draws", "conditiongroup", seats=Bounds(1, 99), standby_seats=Bounds(0, 99)),
        mend("draws", "revealrule", hours=Bounds(0, 720)),
        migrations.RemoveConstraint(
            model_name="conditiongroup",
            name="draws_group_seats",
        ),
        migrations.RemoveConstraint(
            model_name="drawplan",
            name="draws_plan_unit_cap",
        ),
        migrations.RemoveConstraint(
            model_name="drawplan",
            name="draws_plan_reply_minutes",
        ),
        migrations.AlterField(
            model_name="conditiongroup",
            name="seats",
            field=models.PositiveSmallIntegerField(
                validators=[Bounds(1, 99)], verbose_name="抽取人数"
            ),
        ),
        migrations.AlterField(
            model_name="conditiongroup",
            name="standby_seats",
            field=models.PositiveSmallIntegerField(
                default=0, validators=[Bounds(0, 99)], verbose_name="候补人数"
            ),
        ),
        migrations.AlterField(
            model_name="drawplan",
            name="frequency_cap",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, validators=[Bounds(1, 999)], verbose_name="参评次数上限"
            ),
        ),
        migrations.AlterField(
            model_name="drawplan",
            name="frequency_days",
            field=models.PositiveSmallIntegerField(
                default=365, validators=[Bounds(1, 3650)], verbose_name="统计天数"
            ),
        ),
        migrations.AlterField(
            model_name="drawplan",
            name="leave_hours",
            field=models.PositiveSmallIntegerField(
                default=2, validators=[Bounds(0, 720)], verbose_name="最晚请假（评审前小时）"
            ),
        ),
        migrations.AlterField(
            model_name="drawplan",
            name="reply_minutes",
            field=models.PositiveIntegerField(
                default=60, validators=[Bounds(1, 43200)], verbose_name="答复时限（分钟）"
            ),
        ),
        migrations.AlterField(
            model_name="drawplan",
            name="reveal_hours",
            field=models.PositiveSmallIntegerField(
                default=2, validators=[Bounds(0, 720)], verbose_name="名单公开（评审前小时）"
            ),
        ),
        migrations.AlterField(
            model_name="drawplan",
            name="unit_cap",
            field=models.PositiveSmallIntegerField(
                blank=True,
                default=1,
                null=True,
                validators=[Bounds(1, 99)],
                verbose_name="同一单位最多人数",
            ),
        ),
        migrations.AlterField(
            model_name="emergency",
            name="minutes",
            field=models.PositiveSmallIntegerField(
                validators=[Bounds(5, 120)], verbose_name="答复时限（分钟）"
            ),
        ),
        migrations.AlterField(
            model_name="revealrule",
            name="hours",
            field=models.PositiveSmallIntegerField(
                validators=[Bounds(0, 720)], verbose_name="评审前小时"
            ),
        ),
        migrations.AddConstraint(
            model_name="conditiongroup",
            constraint=models.CheckConstraint(
                condition=models.Q(("seats__range", (1, 99)), ("standby_seats__range", (0, 99))),
                name="draws_group_bounds",
            ),
        ),
        migrations.AddConstraint(
            model_name="drawplan",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("frequency_cap__range", (1, 999)),
                    ("frequency_days__range", (1, 3650)),
                    ("leave_hours__range", (0, 720)),
                    ("reply_minutes__range", (1, 43200)),
                    ("reveal_hours__range", (0, 720)),
                    ("unit_cap__range", (1, 99)),
                ),
                name="draws_plan_bounds",
            ),
        ),
        migrations.AddConstraint(
            model_name="revealrule",
            constraint=models.CheckConstraint(
                condition=models.Q(("hours__range", (0, 720))), name="draws_reveal_rule_bounds"
            ),
        ),
    ]
