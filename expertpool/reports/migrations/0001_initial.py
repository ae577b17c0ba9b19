"""The tables of reports on exposure come from draws, with their rows, rights, exports and jobs."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

MOVE = """
ALTER TABLE draws_exposurereport RENAME TO reports_exposurereport;
ALTER TABLE draws_exposurerow RENAME TO reports_exposurerow;
ALTER TABLE reports_exposurereport
    RENAME CONSTRAINT draws_exposure_period_once TO reports_exposure_period_once;
ALTER TABLE reports_exposurereport
    RENAME CONSTRAINT draws_exposure_period TO reports_exposure_period;
ALTER TABLE reports_exposurerow
    RENAME CONSTRAINT draws_exposure_row_once TO reports_exposure_row_once;

UPDATE django_content_type SET app_label = 'reports'
WHERE app_label = 'draws' AND model IN ('exposurereport', 'exposurerow');

UPDATE accounts_rolepermission SET code = replace(code, 'draws.', 'reports.')
WHERE code IN ('draws.ledger', 'draws.exposure');
UPDATE accounts_knownpermission SET code = replace(code, 'draws.', 'reports.')
WHERE code IN ('draws.ledger', 'draws.exposure');
UPDATE accounts_apitoken
SET scopes = replace(replace(scopes::text, '"draws.ledger"', '"reports.ledger"'),
                     '"draws.exposure"', '"reports.exposure"')::jsonb
WHERE scopes ?| array['draws.ledger', 'draws.exposure'];

UPDATE core_exportrun SET exporter = replace(exporter, 'draws.', 'reports.')
WHERE exporter IN ('draws.ledger', 'draws.exposure');
UPDATE procrastinate_jobs SET task_name = replace(task_name, 'draws.', 'reports.'),
    queueing_lock = replace(queueing_lock, 'draws.', 'reports.')
WHERE task_name IN ('draws.compute_exposure', 'draws.request_exposure');
UPDATE procrastinate_periodic_defers SET task_name = 'reports.request_exposure'
WHERE task_name = 'draws.request_exposure';
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("draws", "0018_reports"),
        ("experts", "0006_list_orders"),
        ("accounts", "0005_known_permissions"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("core", "0004_storedanswer"),
        ("procrastinate", "0041_post_retry_failed_job"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(MOVE)],
            state_operations=[
                migrations.CreateModel(
                    name="ExposureReport",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("start_date", models.DateField(verbose_name="开始日期")),
                        ("end_date", models.DateField(verbose_name="结束日期")),
                        (
                            "state",
                            models.CharField(
                                choices=[
                                    ("queued", "正在计算"),
                                    ("done", "已完成"),
                                    ("failed", "计算出错"),
                                ],
                                default="queued",
                                max_length=8,
                                verbose_name="状态",
                            ),
                        ),
                        ("figures", models.JSONField(default=dict, verbose_name="数据")),
                        ("requested_at", models.DateTimeField(verbose_name="提出时间")),
                        ("computed_at", models.DateTimeField(null=True, verbose_name="计算时间")),
                        (
                            "requested_by",
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
                        "verbose_name": "曝光分析",
                        "verbose_name_plural": "曝光分析",
                        "ordering": ["-end_date", "start_date"],
                    },
                ),
                migrations.CreateModel(
                    name="ExposureRow",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        ("eligible", models.PositiveIntegerField(verbose_name="候选次数")),
                        ("drawn", models.PositiveIntegerField(verbose_name="首次抽中")),
                        ("supplemented", models.PositiveIntegerField(verbose_name="补抽中")),
                        ("expected", models.FloatField(verbose_name="期望次数")),
                        ("residual", models.FloatField(null=True, verbose_name="标准化残差")),
                        ("tail", models.FloatField(verbose_name="偶然概率")),
                        ("is_striking", models.BooleanField(default=False, verbose_name="异常")),
                        ("asked", models.PositiveIntegerField(verbose_name="受邀")),
                        ("accepted", models.PositiveIntegerField(verbose_name="同意")),
                        ("declined", models.PositiveIntegerField(verbose_name="拒绝")),
                        ("no_answer", models.PositiveIntegerField(verbose_name="未答复")),
                        (
                            "expert",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="+",
                                to="experts.expert",
                                verbose_name="专家",
                            ),
                        ),
                        (
                            "report",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                related_name="rows",
                                to="reports.exposurereport",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "专家曝光",
                        "verbose_name_plural": "专家曝光",
                        "ordering": ["report", "expert"],
                    },
                ),
                migrations.AddConstraint(
                    model_name="exposurereport",
                    constraint=models.UniqueConstraint(
                        fields=("start_date", "end_date"), name="reports_exposure_period_once"
                    ),
                ),
                migrations.AddConstraint(
                    model_name="exposurereport",
                    constraint=models.CheckConstraint(
                        condition=models.Q(("end_date__gte", models.F("start_date"))),
                        name="reports_exposure_period",
                    ),
                ),
                migrations.AddConstraint(
                    model_name="exposurerow",
                    constraint=models.UniqueConstraint(
                        fields=("report", "expert"), name="reports_exposure_row_once"
                    ),
                ),
            ],
        ),
    ]
