from django.db import migrations, models

from expertpool.core.fields import EncryptedTextField
from expertpool.core.finality import stays
from expertpool.core.mandates import numbered
from expertpool.core.resealing import seal_column


class Migration(migrations.Migration):
    """What an imported file is called is encrypted (docs/decisions/0596)."""

    dependencies = [("core", "0028_runs_are_sealed")]

    operations = [
        *numbered("importrun", "core_importrun"),
        # The way back needs something for the time until it is opened.
        migrations.AlterField(
            "importrun", "file_name", models.CharField("文件名", max_length=200, default="")
        ),
        *seal_column(
            *("importrun", "core_importrun", "file_name"),
            EncryptedTextField("文件名", blank=False),
            "uid",
            at_least=64,
        ),
        stays("core_importrun", "uid"),
    ]
