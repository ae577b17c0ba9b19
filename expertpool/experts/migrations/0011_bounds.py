"""Days of experts lie in years that can be; what does not is mended and logged (decision 62)."""

import logging
from datetime import UTC, date, datetime

from django.conf import settings
from django.db import migrations, models

from expertpool.core.bounds import Bounds, mend

MOMENTS = Bounds(datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, 15, 59, tzinfo=UTC))
DAYS = Bounds(date(1900, 1, 1), date(2099, 12, 31))
logger = logging.getLogger(__name__)


def mend_leaves(apps, schema_editor):
    """Cut leaves at the bounds; one that lies outside altogether holds nobody and goes."""
    with schema_editor.connection.cursor() as cursor:
        for step in (
            "DELETE FROM experts_leave WHERE NOT during && tstzrange(%(low)s, %(high)s)",
            "UPDATE experts_leave SET during = during * tstzrange(%(low)s, %(high)s) "  # noqa: ISC004
            "WHERE NOT during <@ tstzrange(%(low)s, %(high)s)",
        ):
            years = {"low": MOMENTS.low, "high": MOMENTS.high}
            cursor.execute(f"{step} RETURNING id, during::text", years)
            for pk, during in cursor.fetchall():
                logger.warning("experts.leave %s is now %s (%s)", pk, during, step[:6])


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_bounds"),
        ("directory", "0003_bounds"),
        ("experts", "0010_fields"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        mend("experts", "expert", empty=True, birth_date=DAYS),
        mend(
            "experts",
            "expert",
            practice_years=Bounds(0, 80),
            term_start_date=DAYS,
            term_end_date=DAYS,
        ),
        mend("experts", "avoidanceunit", start_date=DAYS, end_date=DAYS),
        mend("experts", "blacklistentry", until_date=DAYS),
        migrations.RunPython(mend_leaves, migrations.RunPython.noop),
        migrations.AlterField(
            model_name="avoidanceunit",
            name="end_date",
            field=models.DateField(
                blank=True, null=True, validators=[DAYS], verbose_name="结束日期"
            ),
        ),
        migrations.AlterField(
            model_name="avoidanceunit",
            name="start_date",
            field=models.DateField(
                blank=True, null=True, validators=[DAYS], verbose_name="开始日期"
            ),
        ),
        migrations.AlterField(
            model_name="blacklistentry",
            name="until_date",
            field=models.DateField(blank=True, null=True, validators=[DAYS], verbose_name="期限至"),
        ),
        migrations.AlterField(
            model_name="expert",
            name="birth_date",
            field=models.DateField(
                blank=True, null=True, validators=[DAYS], verbose_name="出生日期"
            ),
        ),
        migrations.AlterField(
            model_name="expert",
            name="practice_years",
            field=models.PositiveSmallIntegerField(
                blank=True, null=True, validators=[Bounds(0, 80)], verbose_name="从业年限"
            ),
        ),
        migrations.AlterField(
            model_name="expert",
            name="term_end_date",
            field=models.DateField(blank=True, null=True, validators=[DAYS], verbose_name="聘期至"),
        ),
        migrations.AlterField(
            model_name="expert",
            name="term_start_date",
            field=models.DateField(
                blank=True, null=True, validators=[DAYS], verbose_name="聘期开始"
            ),
        ),
        migrations.AddConstraint(
            model_name="avoidanceunit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("end_date__range", (DAYS.low, DAYS.high)),
                    ("start_date__range", (DAYS.low, DAYS.high)),
                ),
                name="experts_avoidance_bounds",
            ),
        ),
        migrations.AddConstraint(
            model_name="blacklistentry",
            constraint=models.CheckConstraint(
                condition=models.Q(("until_date__range", (DAYS.low, DAYS.high))),
                name="experts_blacklist_bounds",
            ),
        ),
        migrations.AddConstraint(
            model_name="expert",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("birth_date__range", (DAYS.low, DAYS.high)),
                    ("practice_years__range", (0, 80)),
                    ("term_end_date__range", (DAYS.low, DAYS.high)),
                    ("term_start_date__range", (DAYS.low, DAYS.high)),
                ),
                name="experts_expert_bounds",
            ),
        ),
        migrations.AddConstraint(
            model_name="leave",
            constraint=models.CheckConstraint(
                condition=models.Q(("during__contained_by", (MOMENTS.low, MOMENTS.high))),
                name="experts_leave_bounds",
            ),
        ),
    ]
