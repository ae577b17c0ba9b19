from django.db import migrations

import expertpool.core.fields
from expertpool.core.mandates import vouch


class Migration(migrations.Migration):
    dependencies = [("fees", "0003_payments")]

    operations = [
        migrations.AddField(
            "bankaccount",
            "asked_proof",
            expertpool.core.fields.BlindIndexField(blank=True, null=True, verbose_name="提交凭证"),
        ),
        vouch(
            "fees",
            "bankaccount",
            *("uid.hex", "asked_at", "asked_by.username", "is_own"),
            together="asked_by",
            column="asked_proof",
        ),
        migrations.AlterField(
            "bankaccount",
            "asked_proof",
            expertpool.core.fields.BlindIndexField(blank=True, null=False, verbose_name="提交凭证"),
        ),
    ]
