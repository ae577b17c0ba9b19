from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0028_duties_stand")]

    operations = [
        migrations.AddField(
            "user",
            "blacklisted_at",
            models.DateTimeField(blank=True, null=True, verbose_name="列入黑名单时间"),
        ),
        migrations.AddConstraint(
            "user",
            models.CheckConstraint(
                condition=models.Q(blacklisted_at__isnull=True) | models.Q(is_active=False),
                name="accounts_user_blacklisted",
            ),
        ),
    ]
