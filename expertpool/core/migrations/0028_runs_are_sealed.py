from django.db import migrations, models

from expertpool.core.fields import EncryptedJSONField, EncryptedTextField
from expertpool.core.resealing import seal_column

TABLE = "core_bulkrun"
TEXTS = (
    ("back", "返回", {"max_length": 2000}),
    ("posted", "填写的内容", {}),
    ("asked_with", "列表条件", {}),
)


def text(label, **also):
    return EncryptedTextField(blank=True, default="", verbose_name=label, **also)


class Migration(migrations.Migration):
    """By what a bulk action was asked, and whom it refused, is encrypted (docs/decisions/0566)."""

    dependencies = [("core", "0027_searches_are_sealed")]

    operations = [
        migrations.AddField(
            "bulkrun",
            "page",
            models.CharField(blank=True, default="", max_length=500, verbose_name="页面"),
        ),
        migrations.AlterField(
            "bulkrun", "page", models.CharField(blank=True, max_length=500, verbose_name="页面")
        ),
        migrations.RunSQL(
            "UPDATE core_bulkrun SET page = left(split_part(back, '?', 1), 500); SET CONSTRAINTS ALL IMMEDIATE",
            migrations.RunSQL.noop,
        ),
        *(
            one
            for name, label, also in TEXTS
            for one in seal_column("bulkrun", TABLE, name, text(label, **also), "uid", at_least=256)
        ),
        *seal_column(
            *("bulkrun", TABLE, "refused"),
            EncryptedJSONField(blank=True, default=list, verbose_name="未办理的"),
            "uid",
            at_least=256,
        ),
    ]
