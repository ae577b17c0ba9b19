import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from expertpool.core.finality import stays


class Migration(migrations.Migration):
    dependencies = [
        ("reviews", "0011_reasons_have_proofs"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="StopRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.CharField(max_length=500, verbose_name="理由")),
                ("requested_at", models.DateTimeField(verbose_name="申请时间")),
                ("expires_at", models.DateTimeField(verbose_name="失效时间")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="确认时间")),
                ("agreed", models.BooleanField(null=True, verbose_name="同意")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="意见")),
                (
                    "proof",
                    models.CharField(
                        choices=[
                            ("session", "本人登录"),
                            ("password", "当面确认"),
                            ("code", "验证码确认"),
                            ("app", "验证器确认"),
                        ],
                        default="session",
                        max_length=8,
                        verbose_name="确认方式",
                    ),
                ),
                ("asked_proof", models.BinaryField(unique=True, verbose_name="申请凭证")),
                (
                    "decided_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="确认人",
                    ),
                ),
                (
                    "requested_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="申请人",
                    ),
                ),
                (
                    "review",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="reviews.review",
                    ),
                ),
            ],
            options={
                "verbose_name": "停止评审申请",
                "verbose_name_plural": "停止评审申请",
                "ordering": ["-id"],
                "abstract": False,
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            models.Q(("decided_by", models.F("requested_by")), _negated=True),
                            _connector="OR",
                        ),
                        name="reviews_stoprequest_by_two_persons",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("agreed", True), _negated=True),
                            ("decided_by__isnull", False),
                            _connector="OR",
                        ),
                        name="reviews_stoprequest_agreed_by_somebody",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("decided_by__isnull", True),
                            ("decided_at__lt", models.F("expires_at")),
                            _connector="OR",
                        ),
                        name="reviews_stoprequest_decided_in_time",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("decided_at__isnull", True)),
                        fields=("review",),
                        name="reviews_one_stop",
                    ),
                ],
            },
        ),
        stays(
            "reviews_stoprequest",
            *("decided_at", "agreed", "decided_by_id", "review_id", "reason"),
        ),
    ]
