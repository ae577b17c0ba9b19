"""The place of a field in order has an end."""

from django.db import migrations, models

from expertpool.core.bounds import Bounds


class Migration(migrations.Migration):
    dependencies = [
        ("customforms", "0001_fields"),
    ]
    operations = [
        migrations.AlterField(
            model_name="customfield",
            name="order",
            field=models.PositiveSmallIntegerField(
                default=100, validators=[Bounds(0, 9999)], verbose_name="次序"
            ),
        ),
    ]
