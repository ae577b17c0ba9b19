from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("core", "0024_savedsearch")]

    operations = [
        # Of those that ended before this nobody is told.
        migrations.AddField(
            model_name="bulkrun",
            name="seen",
            field=models.BooleanField(db_default=True, default=True, verbose_name="结果已看"),
        ),
        migrations.AlterField(
            model_name="bulkrun",
            name="seen",
            field=models.BooleanField(db_default=False, default=False, verbose_name="结果已看"),
        ),
    ]
