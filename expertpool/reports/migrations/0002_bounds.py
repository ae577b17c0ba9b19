"""Periods of reports lie in years that can be; others are forgotten: they can be computed anew."""

from datetime import date

from django.conf import settings
from django.db import migrations, models

from expertpool.core.bounds import Bounds

DAYS = Bounds(date(1900, 1, 1), date(2099, 12, 31))


def forget_others(apps, schema_editor):
    inside = models.Q(start_date__gte=DAYS.low, end_date__lte=DAYS.high)
    apps.get_model("reports", "ExposureReport").objects.exclude(inside).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("reports", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.RunPython(forget_others, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="exposurereport",
            name="end_date",
            field=models.DateField(validators=[DAYS], verbose_name="结束日期"),
        ),
        migrations.AlterField(
            model_name="exposurereport",
            name="start_date",
            field=models.DateField(validators=[DAYS], verbose_name="开始日期"),
        ),
        migrations.AddConstraint(
            model_name="exposurereport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("end_date__range", (DAYS.low, DAYS.high)),
                    ("start_date__range", (DAYS.low, DAYS.high)),
                ),
                name="reports_exposure_bounds",
            ),
        ),
    ]
