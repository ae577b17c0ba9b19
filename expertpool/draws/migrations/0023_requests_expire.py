"""Requests that two persons decide end by themselves: those there are, a week from now."""

from __future__ import annotations

from django.db import migrations, models
from django.db.models import F, Q

KINDS = ("pickrequest", "releaserequest", "voidrequest")
FILL = "UPDATE draws_{kind} SET expires_at = COALESCE(decided_at, now()) + interval '7 days'"


def _nullable(kind: str) -> list[migrations.operations.base.Operation]:
    return [
        migrations.AddField(kind, "expires_at", models.DateTimeField("失效时间", null=True)),
        migrations.RunSQL(FILL.format(kind=kind), migrations.RunSQL.noop),
    ]


def _bound(kind: str) -> list[migrations.operations.base.Operation]:
    return [
        migrations.AlterField(kind, "expires_at", models.DateTimeField("失效时间")),
        migrations.AddConstraint(
            kind,
            models.CheckConstraint(
                condition=Q(decided_by__isnull=True) | Q(decided_at__lt=F("expires_at")),
                name=f"draws_{kind}_decided_in_time",
            ),
        ),
    ]


class Migration(migrations.Migration):
    dependencies = [("draws", "0022_alarms")]

    operations = [operation for kind in KINDS for operation in (*_nullable(kind), *_bound(kind))]
