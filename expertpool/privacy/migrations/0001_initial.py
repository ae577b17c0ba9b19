import django.db.models.deletion
import expertpool.core.fields
import uuid
from django.conf import settings
from django.db import migrations, models

from expertpool.core.finality import stays


KEEP = """
CREATE TRIGGER privacy_datarequest_keeps_binding BEFORE UPDATE ON privacy_datarequest
    FOR EACH ROW WHEN (OLD.uid IS DISTINCT FROM NEW.uid) EXECUTE FUNCTION core_keep_binding();
"""
UNDO = "DROP TRIGGER privacy_datarequest_keeps_binding ON privacy_datarequest;"


class Migration(migrations.Migration):
    initial = True
    dependencies = [
        ("core", "0024_savedsearch"),
        ("experts", "0045_erased"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DataRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("erase", "删除个人信息"),
                            ("correct", "更正（自己改不了的）"),
                            ("explain", "说明处理规则、抽取结果"),
                            ("other", "其他"),
                        ],
                        max_length=10,
                        verbose_name="事项",
                    ),
                ),
                (
                    "uid",
                    models.UUIDField(
                        default=uuid.uuid4, editable=False, unique=True, verbose_name="编号"
                    ),
                ),
                (
                    "text",
                    expertpool.core.fields.EncryptedTextField(
                        blank=True, default="", verbose_name="说明"
                    ),
                ),
                ("asked_at", models.DateTimeField(verbose_name="申请时间")),
                ("due_at", models.DateTimeField(verbose_name="答复期限")),
                ("agreed", models.BooleanField(blank=True, null=True, verbose_name="同意")),
                (
                    "answer",
                    expertpool.core.fields.EncryptedTextField(
                        blank=True, default="", verbose_name="答复"
                    ),
                ),
                (
                    "answered_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="答复时间"),
                ),
                (
                    "answered_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="答复人",
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
            ],
            options={
                "verbose_name": "个人信息请求",
                "verbose_name_plural": "个人信息请求",
                "ordering": ["-id"],
                "indexes": [
                    models.Index(fields=["answered_at", "due_at"], name="privacy_request_due")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("answered_at__isnull", True)),
                        fields=("expert", "kind"),
                        name="privacy_request_one_open",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("kind__in", ["erase", "correct", "explain", "other"])),
                        name="privacy_request_known",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("agreed__isnull", True),
                                ("answered_at__isnull", True),
                                ("answered_by__isnull", True),
                            ),
                            models.Q(
                                ("agreed__isnull", False),
                                ("answered_at__isnull", False),
                                ("answered_by__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="privacy_request_answered",
                    ),
                ],
            },
        ),
        migrations.RunSQL(KEEP, UNDO),
        stays("privacy_datarequest", "due_at", "answered_at"),
    ]
