from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("webhooks", "0002_bound_tokens")]

    operations = [
        migrations.AddField(
            model_name="delivery",
            name="key",
            field=models.CharField(blank=True, default="", max_length=100, verbose_name="事件标识"),
            preserve_default=False,
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                condition=models.Q(("key", ""), _negated=True),
                fields=("subscription", "key"),
                name="webhooks_fact_once",
            ),
        ),
    ]
