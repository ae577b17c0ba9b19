from django.db import migrations, models

from expertpool.core.finality import stays


class Migration(migrations.Migration):
    dependencies = [("reviews", "0005_chosen_by_hand")]

    operations = [
        migrations.AddField(
            "scoresheet",
            "is_far",
            models.BooleanField(null=True, verbose_name="与其他专家相差较大"),
        ),
        migrations.AddField(
            "submission",
            "remarks",
            models.JSONField(blank=True, default=dict, verbose_name="评分差异说明"),
        ),
        stays("reviews_submission", "remarks"),
    ]
