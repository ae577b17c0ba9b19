from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    """A provider that takes no message for now, one after the other, is not in order, though it answers."""

    dependencies = [("notifications", "0024_wish_to_be_left_alone")]

    operations = [
        migrations.AddField(
            model_name="channelhealth",
            name="for_now",
            field=models.PositiveIntegerField(
                db_default=0, default=0, verbose_name="连续暂时不收条数"
            ),
        )
    ]
