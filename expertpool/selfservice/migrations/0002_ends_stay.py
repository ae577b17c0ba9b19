"""An address that has ended stays as a row that says so, and each has a proof (docs/decisions/0198)."""

import django.db.models.deletion
from datetime import UTC
from django.db import migrations, models

import expertpool.core.fields
from expertpool.core.crypto import proof
from expertpool.core.finality import stays


def vouch(apps, schema_editor):
    """Those that are there get their proof, as `ProofField` makes it."""
    for row in apps.get_model("selfservice", "CalendarFeed").objects.select_related("expert"):
        said = [row.mark.hex, row.expert.number, row.opened_at.astimezone(UTC).isoformat()]
        row.proof = proof("selfservice_calendarfeed", said)
        row.save(update_fields=["proof"])


class Migration(migrations.Migration):
    dependencies = [("selfservice", "0001_calendar_feed"), ("core", "0017_ends_stay")]

    operations = [
        migrations.AlterField(
            model_name="calendarfeed",
            name="expert",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="experts.expert",
                verbose_name="专家",
            ),
        ),
        migrations.AddField(
            model_name="calendarfeed",
            name="ended_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="停用时间"),
        ),
        migrations.AddField(
            model_name="calendarfeed",
            name="proof",
            field=expertpool.core.fields.BlindIndexField(
                blank=True, default=b"", null=False, verbose_name="凭证"
            ),
        ),
        migrations.RunPython(vouch, migrations.RunPython.noop, elidable=True),
        # What was just written would keep the table from being altered.
        migrations.RunSQL("SET CONSTRAINTS ALL IMMEDIATE", migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="calendarfeed",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("expert",),
                name="selfservice_feed_one",
            ),
        ),
        stays("selfservice_calendarfeed", "ended_at"),
    ]
