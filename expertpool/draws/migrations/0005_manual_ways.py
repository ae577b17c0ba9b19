import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


GUARD = """
CREATE OR REPLACE FUNCTION draws_guard_draw() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (OLD.number, OLD.project_id, {kind_old}OLD.rule, OLD.candidate_count, OLD.seal, OLD.nonce,
        OLD.sealed_at, OLD.operator_id)
       IS DISTINCT FROM
       (NEW.number, NEW.project_id, {kind_new}NEW.rule, NEW.candidate_count, NEW.seal, NEW.nonce,
        NEW.sealed_at, NEW.operator_id)
       OR (OLD.seed <> '' AND (OLD.seed, OLD.reveals) IS DISTINCT FROM (NEW.seed, NEW.reveals))
    THEN
        RAISE EXCEPTION 'the seal of draw % never changes', OLD.number
            USING ERRCODE = 'restrict_violation';
    END IF;
    RETURN NEW;
END $$;
"""
WITH_KIND = GUARD.format(kind_old="OLD.kind, ", kind_new="NEW.kind, ")
WITHOUT_KIND = GUARD.format(kind_old="", kind_new="")


class Migration(migrations.Migration):
    """Lists that persons chose, marked as such for good, and roles in the panel."""

    dependencies = [
        ("draws", "0004_void_requests"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PickRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("picks", models.BinaryField(verbose_name="人选（加密）")),
                ("reason", models.CharField(max_length=500, verbose_name="理由")),
                ("requested_at", models.DateTimeField(verbose_name="选定时间")),
                ("decided_at", models.DateTimeField(null=True, verbose_name="确认时间")),
                ("agreed", models.BooleanField(null=True, verbose_name="同意")),
                ("note", models.CharField(blank=True, max_length=500, verbose_name="意见")),
            ],
            options={
                "verbose_name": "人选申请",
                "verbose_name_plural": "人选申请",
                "ordering": ["-id"],
            },
        ),
        migrations.AddField(
            model_name="draw",
            name="kind",
            field=models.CharField(
                choices=[("random", "随机抽取"), ("manual", "人工抽取"), ("allocated", "专家分配")],
                default="random",
                max_length=12,
                verbose_name="方式",
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="panel_role",
            field=models.CharField(
                blank=True,
                choices=[("leader", "组长"), ("deputy", "副组长"), ("member", "委员")],
                max_length=8,
                verbose_name="角色",
            ),
        ),
        migrations.AlterField(
            model_name="draw",
            name="seal",
            field=models.CharField(blank=True, max_length=64, verbose_name="封存值"),
        ),
        migrations.AlterField(
            model_name="invitation",
            name="origin",
            field=models.CharField(
                choices=[
                    ("drawn", "抽取"),
                    ("supplement", "补抽"),
                    ("picked", "人工"),
                    ("allocated", "分配"),
                ],
                max_length=12,
                verbose_name="类型",
            ),
        ),
        migrations.AddConstraint(
            model_name="draw",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "random"), models.Q(("seal", ""), _negated=True)),
                    models.Q(
                        models.Q(("kind", "random"), _negated=True), ("seal", ""), ("seed", "")
                    ),
                    _connector="OR",
                ),
                name="draws_only_random_is_sealed",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.UniqueConstraint(
                condition=models.Q(
                    ("panel_role", "leader"), ("state__in", ("invited", "accepted"))
                ),
                fields=("draw",),
                name="draws_one_leader",
            ),
        ),
        migrations.AddField(
            model_name="pickrequest",
            name="decided_by",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="确认人",
            ),
        ),
        migrations.AddField(
            model_name="pickrequest",
            name="draw",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="pick_requests",
                to="draws.draw",
            ),
        ),
        migrations.AddField(
            model_name="pickrequest",
            name="requested_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="选定人",
            ),
        ),
        migrations.AddConstraint(
            model_name="pickrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("decided_at__isnull", True)),
                fields=("draw",),
                name="draws_one_open_pick_request",
            ),
        ),
        migrations.AddConstraint(
            model_name="pickrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("decided_by__isnull", True),
                    models.Q(("decided_by", models.F("requested_by")), _negated=True),
                    _connector="OR",
                ),
                name="draws_picked_by_two_persons",
            ),
        ),
        migrations.AddConstraint(
            model_name="pickrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("agreed", True), _negated=True),
                    ("decided_by__isnull", False),
                    _connector="OR",
                ),
                name="draws_picks_agreed_by_somebody",
            ),
        ),
        migrations.RunSQL(WITH_KIND, WITHOUT_KIND),
    ]
