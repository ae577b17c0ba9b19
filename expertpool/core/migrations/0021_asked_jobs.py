import django.db.models.deletion
import expertpool.core.fields
import uuid
from django.conf import settings
from django.db import migrations, models

from expertpool.core.finality import stays


class Migration(migrations.Migration):
    """A job in somebody's name says who asked for it, by a key outside the database (docs/decisions/0246)."""

    dependencies = [
        ("core", "0020_files_have_proofs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AskedJob",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "uid",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, unique=True, verbose_name="编号"
                    ),
                ),
                ("task", models.CharField(max_length=100, verbose_name="任务")),
                ("given", models.JSONField(default=dict, verbose_name="内容")),
                ("asked_at", models.DateTimeField(verbose_name="提出时间")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="完成时间")),
                (
                    "proof",
                    expertpool.core.fields.BlindIndexField(
                        blank=True, default=b"", null=False, verbose_name="凭证"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="提出人",
                    ),
                ),
            ],
            options={
                "verbose_name": "后台办理",
                "verbose_name_plural": "后台办理",
                "ordering": ["-id"],
            },
        ),
        stays("core_askedjob", "uid", "finished_at"),
    ]
