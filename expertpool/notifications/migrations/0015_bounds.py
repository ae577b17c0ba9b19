"""What a provider told happened in a year that can be: the driver reads no other."""

from datetime import UTC, datetime

from django.db import migrations, models

from expertpool.core.bounds import Bounds, mend

MOMENTS = Bounds(datetime(2000, 1, 1, tzinfo=UTC), datetime(2099, 12, 31, 15, 59, tzinfo=UTC))


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0014_replies"),
    ]
    operations = [
        mend("notifications", "deliveryevent", at=MOMENTS),
        migrations.AddConstraint(
            model_name="deliveryevent",
            constraint=models.CheckConstraint(
                condition=models.Q(("at__range", (MOMENTS.low, MOMENTS.high))),
                name="notifications_event_bounds",
            ),
        ),
    ]
