"""Budget, times and days of projects lie within bounds; what does not is mended and logged (decision 62)."""

from datetime import UTC, date, datetime
from decimal import Decimal

from django.conf import settings
from django.db import migrations, models

from expertpool.core.bounds import Bounds, mend
from expertpool.core.validators import validate_phone

MOMENTS = Bounds(datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, 15, 59, tzinfo=UTC))
DAYS = Bounds(date(1900, 1, 1), date(2099, 12, 31))
BUDGET = Bounds(Decimal(0), Decimal("999999999999.99"), words="应为 0 至 999999999999.99 元。")


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_bounds"),
        ("directory", "0003_bounds"),
        ("projects", "0008_fields"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        mend("projects", "project", empty=True, budget=BUDGET),
        mend(
            "projects",
            "project",
            representatives=Bounds(0, 99),
            duration_minutes=Bounds(1, 43200),
            opening_at=MOMENTS,
            check_in_at=MOMENTS,
        ),
        mend("projects", "avoidance", from_date=DAYS, to_date=DAYS),
        mend("projects", "task", due_date=DAYS),
        migrations.RemoveConstraint(
            model_name="project",
            name="projects_duration",
        ),
        migrations.AlterField(
            model_name="avoidance",
            name="from_date",
            field=models.DateField(
                blank=True, null=True, validators=[DAYS], verbose_name="开始日期"
            ),
        ),
        migrations.AlterField(
            model_name="avoidance",
            name="to_date",
            field=models.DateField(
                blank=True, null=True, validators=[DAYS], verbose_name="结束日期"
            ),
        ),
        migrations.AlterField(
            model_name="project",
            name="budget",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                max_digits=14,
                null=True,
                validators=[BUDGET],
                verbose_name="预算（元）",
            ),
        ),
        migrations.AlterField(
            model_name="project",
            name="check_in_at",
            field=models.DateTimeField(
                blank=True, null=True, validators=[MOMENTS], verbose_name="报到时间"
            ),
        ),
        migrations.AlterField(
            model_name="project",
            name="contact_phone",
            field=models.CharField(
                max_length=30, validators=[validate_phone], verbose_name="联系电话"
            ),
        ),
        migrations.AlterField(
            model_name="project",
            name="duration_minutes",
            field=models.PositiveIntegerField(
                default=240, validators=[Bounds(1, 43200)], verbose_name="预计时长（分钟）"
            ),
        ),
        migrations.AlterField(
            model_name="project",
            name="opening_at",
            field=models.DateTimeField(validators=[MOMENTS], verbose_name="评审开始时间"),
        ),
        migrations.AlterField(
            model_name="project",
            name="representatives",
            field=models.PositiveSmallIntegerField(
                default=0, validators=[Bounds(0, 99)], verbose_name="招标人（采购人）代表人数"
            ),
        ),
        migrations.AlterField(
            model_name="task",
            name="due_date",
            field=models.DateField(validators=[DAYS], verbose_name="完成期限"),
        ),
        migrations.AddConstraint(
            model_name="avoidance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("from_date__range", (DAYS.low, DAYS.high)),
                    ("to_date__range", (DAYS.low, DAYS.high)),
                ),
                name="projects_avoidance_bounds",
            ),
        ),
        migrations.AddConstraint(
            model_name="project",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("budget__range", (Decimal(0), Decimal("999999999999.99"))),
                    ("check_in_at__range", (MOMENTS.low, MOMENTS.high)),
                    ("duration_minutes__range", (1, 43200)),
                    ("opening_at__range", (MOMENTS.low, MOMENTS.high)),
                    ("representatives__range", (0, 99)),
                ),
                name="projects_project_bounds",
            ),
        ),
        migrations.AddConstraint(
            model_name="task",
            constraint=models.CheckConstraint(
                condition=models.Q(("due_date__range", (DAYS.low, DAYS.high))),
                name="projects_task_bounds",
            ),
        ),
    ]
