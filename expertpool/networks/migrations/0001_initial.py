import datetime
import django.db.models.deletion
import expertpool.core.bounds
from expertpool.core.finality import stays
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """From where nobody may come, and from where somebody always may (docs/decisions/0372)."""

    initial = True

    dependencies = [
        ("core", "0017_ends_stay"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="NetworkRule",
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
                        choices=[("block", "禁止访问"), ("allow", "始终放行")],
                        max_length=8,
                        verbose_name="类别",
                    ),
                ),
                ("network", models.CharField(max_length=43, verbose_name="地址或网段")),
                ("reason", models.CharField(max_length=200, verbose_name="原因")),
                ("is_automatic", models.BooleanField(default=False, verbose_name="自动")),
                ("made_at", models.DateTimeField(verbose_name="加入时间")),
                (
                    "until",
                    models.DateTimeField(
                        blank=True,
                        null=True,
                        validators=[
                            expertpool.core.bounds.Bounds(
                                datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.UTC),
                                datetime.datetime(2099, 12, 31, 15, 59, tzinfo=datetime.UTC),
                            )
                        ],
                        verbose_name="自动解除时间",
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="解除时间")),
                (
                    "ended_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="解除人",
                    ),
                ),
                (
                    "made_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="操作人",
                    ),
                ),
            ],
            options={
                "verbose_name": "网络地址规则",
                "verbose_name_plural": "网络地址规则",
                "ordering": ["-id"],
                "indexes": [models.Index(fields=["network", "-id"], name="networks_rule_of")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            (
                                "until__range",
                                (
                                    datetime.datetime(2000, 1, 1, 0, 0, tzinfo=datetime.UTC),
                                    datetime.datetime(2099, 12, 31, 15, 59, tzinfo=datetime.UTC),
                                ),
                            )
                        ),
                        name="networks_rule_bounds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("is_automatic", True), ("made_by__isnull", False), _connector="OR"
                        ),
                        name="networks_rule_made_by",
                    ),
                ],
            },
        ),
        stays("networks_networkrule", "ended_at"),
    ]
