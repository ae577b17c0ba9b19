"""A number that administrators add may have bounds."""

import expertpool.core.bounds
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customforms", "0004_groups_and_readers"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="customfield",
            name="least",
            field=models.DecimalField(
                blank=True,
                decimal_places=3,
                max_digits=16,
                null=True,
                validators=[expertpool.core.bounds.Bounds(-1000000000000, 1000000000000)],
                verbose_name="最小值",
            ),
        ),
        migrations.AddField(
            model_name="customfield",
            name="most",
            field=models.DecimalField(
                blank=True,
                decimal_places=3,
                max_digits=16,
                null=True,
                validators=[expertpool.core.bounds.Bounds(-1000000000000, 1000000000000)],
                verbose_name="最大值",
            ),
        ),
        migrations.AddConstraint(
            model_name="customfield",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("least__range", (-1000000000000, 1000000000000)),
                    ("most__range", (-1000000000000, 1000000000000)),
                ),
                name="customforms_field_bounds",
            ),
        ),
        migrations.AddConstraint(
            model_name="customfield",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("least__isnull", True),
                    ("most__isnull", True),
                    ("most__gte", models.F("least")),
                    _connector="OR",
                ),
                name="customforms_bounds_order",
            ),
        ),
    ]
