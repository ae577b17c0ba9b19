from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("draws", "0064_reasons_sealed")]

    operations = [
        migrations.AddField(
            model_name="draw",
            name="open_counts",
            field=models.JSONField(null=True, verbose_name="封存时可以透露的人数"),
        ),
    ]
