import django.db.models.deletion
import expertpool.core.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("experts", "0045_erased"),
        ("joining", "0009_consent_by_purpose"),
        ("privacy", "0002_erasurerequest"),
    ]

    operations = [
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("given", models.BooleanField(verbose_name="同意")),
                ("at", models.DateTimeField(verbose_name="时间")),
                (
                    "proof",
                    expertpool.core.fields.BlindIndexField(
                        blank=True, default=b"", null=False, verbose_name="凭证"
                    ),
                ),
                (
                    "expert",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="experts.expert",
                        verbose_name="专家",
                    ),
                ),
                (
                    "text",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="joining.consenttext",
                        verbose_name="告知书",
                    ),
                ),
            ],
            options={
                "verbose_name": "个人信息的同意",
                "verbose_name_plural": "个人信息的同意",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["expert", "-id"], name="privacy_consent_expert")],
            },
        ),
    ]
