from django.db import migrations, models


class Migration(migrations.Migration):
    """How many links to choose a password by were sent: the last is good (docs/decisions/0520)."""

    dependencies = [("accounts", "0025_three_apart")]

    operations = [
        migrations.AddField(
            "user",
            "link_round",
            models.PositiveIntegerField(
                db_default=0, default=0, editable=False, verbose_name="链接轮次"
            ),
        )
    ]
