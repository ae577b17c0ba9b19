from django.db import migrations, models


class Migration(migrations.Migration):
    """Texts of other purposes than applications; a proof of those from before says what it said."""

    dependencies = [("joining", "0008_asked_columns")]

    operations = [
        migrations.AddField(
            "consenttext",
            "purpose",
            models.CharField(
                "用途",
                max_length=10,
                choices=[
                    ("joining", "入库、抽取和评审"),
                    ("public", "在公开页面显示姓名"),
                ],
                default="joining",
                db_default="joining",
            ),
        ),
        migrations.AlterField("consenttext", "number", models.PositiveIntegerField("版本")),
        migrations.AddConstraint(
            "consenttext",
            models.UniqueConstraint(
                fields=["purpose", "number"], name="joining_consent_version_once"
            ),
        ),
        migrations.AddConstraint(
            "consenttext",
            models.CheckConstraint(
                condition=models.Q(purpose__in=["joining", "public"]),
                name="joining_consent_purpose_known",
            ),
        ),
    ]
