from django.db import migrations

import expertpool.core.fields


class Migration(migrations.Migration):
    """As what a typed account is counted at its address, whether there is one or not (docs/decisions/0372)."""

    dependencies = [("accounts", "0019_alter_loginrecord_outcome")]

    operations = [
        migrations.AddField(
            "loginrecord",
            "typed",
            expertpool.core.fields.BlindIndexField(
                blank=True,
                db_default=b"",
                default=b"",
                editable=False,
                null=False,
                verbose_name="输入的账号",
            ),
        ),
    ]
