from django.db import migrations

from expertpool.core.fields import EncryptedTextField
from expertpool.core.finality import stays
from expertpool.core.mandates import numbered
from expertpool.core.resealing import seal_column


class Migration(migrations.Migration):
    """Who has achieved something is encrypted (docs/decisions/0596)."""

    dependencies = [("achievements", "0004_own_and_office")]

    operations = [
        *numbered("achievement", "achievements_achievement"),
        *seal_column(
            *("achievement", "achievements_achievement", "authors"),
            EncryptedTextField("全部完成人"),
            "uid",
            at_least=256,
        ),
        stays("achievements_achievement", "uid"),
    ]
