from django.db import migrations, models


class Migration(migrations.Migration):
    """Of an IPv6 network all addresses are one visitor's (docs/decisions/0196)."""

    dependencies = [("accounts", "0017_ends_stay")]

    operations = [
        migrations.AddField(
            "loginrecord",
            "network",
            models.CharField(
                db_default="", default="", editable=False, max_length=45, verbose_name="网络"
            ),
        ),
        migrations.AddIndex(
            "loginrecord",
            models.Index(fields=["network", "-at"], name="accounts_login_network"),
        ),
    ]
