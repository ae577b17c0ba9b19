from django.db import migrations, models

from expertpool.core.finality import stays


class Migration(migrations.Migration):
    dependencies = [("fees", "0004_accounts_say_who_asked")]

    operations = [
        migrations.AddField(
            "feeline",
            "said",
            models.JSONField(blank=True, null=True, verbose_name="确认函所写"),
        ),
        stays("fees_feeline", "said", "reversal"),
    ]
