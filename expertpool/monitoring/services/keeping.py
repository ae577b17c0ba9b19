"""The months of the partitioned tables: made before they begin, thinned out by age, dropped when their time is over."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import connection, transaction
from django.utils import timezone

from expertpool.core.configuration import value_of
from expertpool.monitoring.models import PARTITIONED, Heartbeat, LastBeat, PublicVisit, Visit
from expertpool.monitoring.settings import BEATS_KEPT, HOURS_KEPT, TRAFFIC_KEPT, VISITS_KEPT

AHEAD = 2  # months that are there before they begin
DAYS_AT_ONCE = (
    3  # thinned by each run, beyond the day that is due: a job that did not run for days catches up
)

# Of each hour of each person the first one stays.
THIN = """
    DELETE FROM monitoring_heartbeat AS gone USING (
        SELECT id, at, row_number() OVER (
            PARTITION BY user_id, date_trunc('hour', at) ORDER BY at, id
        ) AS place
        FROM monitoring_heartbeat WHERE at >= %(since)s AND at < %(until)s
    ) AS numbered
    WHERE gone.id = numbered.id AND gone.at = numbered.at AND numbered.place > 1
        AND gone.at >= %(since)s AND gone.at < %(until)s
"""


def keep_months(*, now: datetime) -> None:
    """Make the tables of this month and the next ones, and drop those that are older than the office keeps them.

    By functions of the owner of the tables: the application alters none itself.
    """
    kept = {Heartbeat: HOURS_KEPT, Visit: VISITS_KEPT, PublicVisit: TRAFFIC_KEPT}
    for model in PARTITIONED:
        table = model._meta.db_table
        for month in _months(now):
            # One table at a time is locked, for as long as it takes to attach an empty one.
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute("SELECT monitoring_add_month(%s, %s)", [table, month])
        with transaction.atomic(), connection.cursor() as cursor:
            before = now - value_of(kept[model])
            cursor.execute("SELECT monitoring_drop_months(%s, %s)", [table, before])
            # What lay in no month: of before the first run.
            model._default_manager.filter(at__lt=before).delete()


def thin_out(*, now: datetime) -> None:
    """Keep one heartbeat for each hour of somebody of those older than the office keeps each; forget who is long gone."""
    until = (now - value_of(BEATS_KEPT)).replace(minute=0, second=0, microsecond=0)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(THIN, {"since": until - timedelta(days=DAYS_AT_ONCE), "until": until})
    LastBeat.objects.filter(at__lt=now - timedelta(days=1)).delete()


def _months(now: datetime) -> list[date]:
    first = timezone.localtime(now, timezone.get_fixed_timezone(0)).date().replace(day=1)
    months = [first]
    for _ in range(AHEAD):
        months.append((months[-1] + timedelta(days=32)).replace(day=1))
    return months
