"""Relations between units begin and end on days that can be."""

from datetime import date
from decimal import Decimal

from django.db import migrations, models

from expertpool.core.bounds import Bounds, mend

DAYS = Bounds(date(1900, 1, 1), date(2099, 12, 31))


class Migration(migrations.Migration):
    dependencies = [
        ("directory", "0002_unit_relations"),
    ]
    operations = [
        mend("directory", "unitrelation", from_date=DAYS, to_date=DAYS),
        migrations.RemoveConstraint(
            model_name="unitrelation",
            name="directory_relation_share",
        ),
        migrations.AlterField(
            model_name="dictionaryitem",
            name="order",
            field=models.PositiveSmallIntegerField(
                default=100, validators=[Bounds(0, 9999)], verbose_name="次序"
            ),
        ),
        migrations.AlterField(
            model_name="specialtyscheme",
            name="order",
            field=models.PositiveSmallIntegerField(
                default=100, validators=[Bounds(0, 9999)], verbose_name="次序"
            ),
        ),
        migrations.AlterField(
            model_name="unitrelation",
            name="from_date",
            field=models.DateField(
                blank=True, null=True, validators=[DAYS], verbose_name="开始日期"
            ),
        ),
        migrations.AlterField(
            model_name="unitrelation",
            name="share",
            field=models.DecimalField(
                blank=True,
                decimal_places=2,
                max_digits=5,
                null=True,
                validators=[
                    Bounds(Decimal("0.01"), Decimal(100), words="持股比例应大于 0，不超过 100。")
                ],
                verbose_name="持股比例（%）",
            ),
        ),
        migrations.AlterField(
            model_name="unitrelation",
            name="to_date",
            field=models.DateField(
                blank=True, null=True, validators=[DAYS], verbose_name="结束日期"
            ),
        ),
        migrations.AddConstraint(
            model_name="unitrelation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "parent"), ("share__isnull", True)),
                    models.Q(
                        ("kind", "shareholder"),
                        ("share__isnull", False),
                        ("share__range", (Decimal("0.01"), Decimal(100))),
                    ),
                    _connector="OR",
                ),
                name="directory_relation_share",
                violation_error_message="股东须填写持股比例，大于 0、不超过 100；上级单位不填。",
            ),
        ),
        migrations.AddConstraint(
            model_name="unitrelation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("from_date__range", (DAYS.low, DAYS.high)),
                    ("to_date__range", (DAYS.low, DAYS.high)),
                ),
                name="directory_relation_bounds",
            ),
        ),
    ]
