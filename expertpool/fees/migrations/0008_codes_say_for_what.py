"""A code says, by a keyed digest, for what it was sent."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("fees", "0007_paid_by_the_item")]

    operations = [
        migrations.AddField(
            model_name="accountcode",
            name="topic",
            field=models.BinaryField(max_length=16, null=True, verbose_name="事项"),
        ),
    ]
