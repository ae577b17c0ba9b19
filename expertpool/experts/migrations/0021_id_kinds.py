import expertpool.core.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    """By which document somebody is known (docs/decisions/0106)."""

    dependencies = [("experts", "0020_blacklisted_signed_out")]

    operations = [
        migrations.AddField(
            model_name="expert",
            name="id_kind",
            field=models.CharField(
                choices=[
                    ("resident", "居民身份证"),
                    ("hong_kong", "港澳居民来往内地通行证"),
                    ("taiwan", "台湾居民来往大陆通行证"),
                    ("permanent", "外国人永久居留身份证"),
                    ("passport", "护照"),
                    ("officer", "军官证"),
                    ("other", "其他"),
                ],
                default="resident",
                max_length=12,
                verbose_name="证件类型",
            ),
        ),
        migrations.AlterField(
            model_name="expert",
            name="id_number",
            field=expertpool.core.fields.EncryptedTextField(
                blank=True, default="", verbose_name="证件号码"
            ),
        ),
        migrations.AlterField(
            model_name="expert",
            name="id_number_index",
            field=expertpool.core.fields.BlindIndexField(
                blank=True, null=True, verbose_name="证件号码索引"
            ),
        ),
    ]
