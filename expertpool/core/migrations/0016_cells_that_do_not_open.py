from django.db import migrations, models


class Migration(migrations.Migration):
    """How many values of an encrypted column do not open, as of the last night."""

    dependencies = [("core", "0015_runs_only_grow")]

    operations = [
        migrations.AddField(
            model_name="rekeying",
            name="shut",
            field=models.PositiveBigIntegerField(default=0, verbose_name="无法读取"),
        ),
    ]
