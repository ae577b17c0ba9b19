from django.db import migrations, models

from expertpool.core.fields import EncryptedTextField
from expertpool.core.finality import stays
from expertpool.core.mandates import numbered
from expertpool.core.resealing import seal_column


class Migration(migrations.Migration):
    """What a file is called is encrypted (docs/decisions/0596)."""

    dependencies = [("core", "0017_ends_stay"), ("files", "0004_removed")]

    operations = [
        *numbered("attachment", "files_attachment"),
        # The way back needs something for the time until it is opened.
        migrations.AlterField(
            "attachment", "name", models.CharField("文件名", max_length=200, default="")
        ),
        *seal_column(
            *("attachment", "files_attachment", "name"),
            EncryptedTextField("文件名", blank=False),
            "uid",
            at_least=64,
        ),
        stays("files_attachment", "uid"),
    ]
