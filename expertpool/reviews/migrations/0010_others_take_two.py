import django.db.models.deletion
from django.db import migrations, models
from django.db.models import OuterRef, Q, Subquery
from django.db.models.functions import Now

from expertpool.core.finality import stays


def say_review(apps, schema_editor):
    """Requests of before are about the review of their assignment. What is open was asked for by other words than its proof says
    now: it ends, and is asked again."""
    rows = apps.get_model("reviews", "ReassignRequest").objects
    of = apps.get_model("reviews", "ItemAssignment").objects.filter(pk=OuterRef("assignment"))
    rows.filter(review__isnull=True).update(review=Subquery(of.order_by().values("review")[:1]))
    rows.filter(decided_at__isnull=True).update(decided_at=Now(), note="系统已升级，请重新申请")
    # Else the table has triggers to fire, and does not let itself be altered.
    schema_editor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def one_key(to, **kwargs):
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT, related_name="+", to=to, **kwargs
    )


class Migration(migrations.Migration):
    dependencies = [
        ("draws", "0074_answers_by_wechat"),
        ("reviews", "0009_hands_take_two"),
    ]

    operations = [
        migrations.AlterModelOptions(
            name="reassignrequest",
            options={
                "ordering": ["-id"],
                "verbose_name": "回避、退出、候补申请",
                "verbose_name_plural": "回避、退出、候补申请",
            },
        ),
        migrations.AddField("reassignrequest", "review", one_key("reviews.review", null=True)),
        migrations.RunPython(say_review, migrations.RunPython.noop, elidable=True),
        migrations.AlterField("reassignrequest", "review", one_key("reviews.review")),
        migrations.AddField(
            "reassignrequest", "invitation", one_key("draws.invitation", null=True)
        ),
        migrations.AlterField(
            "reassignrequest", "assignment", one_key("reviews.itemassignment", null=True)
        ),
        migrations.AlterField(
            "reassignrequest", "reviewer", one_key("reviews.reviewer", null=True)
        ),
        migrations.AddConstraint(
            model_name="reassignrequest",
            constraint=models.UniqueConstraint(
                fields=["invitation"],
                condition=Q(decided_at__isnull=True),
                name="reviews_one_bring_in",
            ),
        ),
        migrations.AddConstraint(
            model_name="reassignrequest",
            constraint=models.CheckConstraint(
                condition=Q(reviewer__isnull=False, invitation__isnull=True)
                | Q(reviewer__isnull=True, invitation__isnull=False, leaves=False),
                name="reviews_reassign_of_one",
            ),
        ),
        stays("reviews_reassignrequest", "review_id", "invitation_id"),
    ]
