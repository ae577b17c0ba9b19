"""A token ends in a year that can be; places in order have an end."""

from datetime import UTC, datetime

from django.db import migrations, models

from expertpool.core.bounds import Bounds, mend

MOMENTS = Bounds(datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, 15, 59, tzinfo=UTC))


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_proof"),
    ]
    operations = [
        mend("accounts", "apitoken", expires_at=MOMENTS),
        migrations.AlterField(
            model_name="apitoken",
            name="expires_at",
            field=models.DateTimeField(validators=[MOMENTS], verbose_name="到期时间"),
        ),
        migrations.AlterField(
            model_name="department",
            name="order",
            field=models.PositiveSmallIntegerField(
                default=100, validators=[Bounds(0, 9999)], verbose_name="次序"
            ),
        ),
        migrations.AddConstraint(
            model_name="apitoken",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__range", (MOMENTS.low, MOMENTS.high))),
                name="accounts_token_bounds",
            ),
        ),
    ]
