from django.db import migrations, models

import expertpool.core.fields


class Migration(migrations.Migration):
    """Files stand encrypted (docs/decisions/0614). Those of before are encrypted by a job, while pages go on."""

    dependencies = [("files", "0005_names_are_sealed")]

    operations = [
        migrations.AddField(
            "attachment",
            "file_key",
            expertpool.core.fields.EncryptedBytesField(
                "文件密钥", null=True, blank=True, editable=False
            ),
        ),
        migrations.AddField(
            "attachment",
            "sealed_at",
            models.DateTimeField("加密时间", null=True, blank=True, editable=False),
        ),
        migrations.AddIndex(
            "attachment",
            models.Index(
                fields=["id"],
                name="files_clear",
                condition=~models.Q(file__endswith=".sealed"),
            ),
        ),
    ]
