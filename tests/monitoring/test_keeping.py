"""Months of the partitioned tables, thinning out by age."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from expertpool.monitoring.models import Heartbeat, LastBeat
from expertpool.monitoring.services.keeping import keep_months, thin_out
from expertpool.monitoring.settings import BEATS_KEPT, HOURS_KEPT
from tests.factories.accounts import make_user
from tests.factories.monitoring import beats
from tests.factories.siteconfig import configure

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 29, 4, 0, tzinfo=UTC)


def parts(table: str = "monitoring_heartbeat") -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid "
            "WHERE inhparent = to_regclass(%s)",
            [table],
        )
        return {name.removeprefix(f"{table}_") for (name,) in cursor.fetchall()}


def place_of(beat: Heartbeat) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tableoid::regclass::text FROM monitoring_heartbeat WHERE id = %s", [beat.pk]
        )
        return cursor.fetchone()[0]


@pytest.mark.shows("SYS-21")
def test_months_are_made_ahead_and_take_what_lay_in_the_rest() -> None:
    user, stood = make_user(), parts()  # a worker of another test may have made its own
    beats(user, NOW, NOW + timedelta(days=3))
    keep_months(now=NOW)
    keep_months(now=NOW)
    assert parts() == stood | {"rest", "202611", "202612", "202701"}
    assert parts("monitoring_visit") == parts("monitoring_publicvisit") == parts()
    first, second = Heartbeat.objects.order_by("at")
    assert place_of(first) == "monitoring_heartbeat_202611"
    assert place_of(second) == "monitoring_heartbeat_202612"
    beats(user, NOW + timedelta(days=40))
    assert place_of(Heartbeat.objects.latest("at")) == "monitoring_heartbeat_202701"


@pytest.mark.shows("SYS-21")
def test_months_that_are_too_old_are_dropped_whole() -> None:
    configure(BEATS_KEPT, timedelta(days=31))
    configure(HOURS_KEPT, timedelta(days=60))
    user, today = make_user(), timezone.now()
    long_ago = today - timedelta(days=130)
    beats(user, long_ago, today)
    keep_months(now=long_ago)
    assert f"{long_ago:%Y%m}" in parts()
    keep_months(now=today)
    assert f"{long_ago:%Y%m}" not in parts()
    assert [beat.at for beat in Heartbeat.objects.all()] == [today]


def test_the_application_wipes_out_nothing_new_and_touches_no_other_table() -> None:
    for statement in (
        "SELECT monitoring_drop_months('monitoring_visit', now())",
        "SELECT monitoring_drop_months('audit_entry', now() - interval '1 year')",
        "SELECT monitoring_add_month('audit_entry', current_date)",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.shows("SYS-21")
def test_of_old_heartbeats_one_an_hour_stays() -> None:
    clerk, other = make_user(), make_user()
    old = (NOW - BEATS_KEPT.default - timedelta(hours=5)).replace(minute=0)
    moments = [old + timedelta(minutes=10 * at) for at in range(12)]
    beats(clerk, *moments)
    beats(other, moments[3])
    beats(clerk, NOW, NOW + timedelta(minutes=1))
    thin_out(now=NOW)
    assert [beat.at for beat in Heartbeat.objects.filter(user=clerk).order_by("at")] == [
        moments[0],
        moments[6],
        NOW,
        NOW + timedelta(minutes=1),
    ]
    assert Heartbeat.objects.filter(user=other).count() == 1
    thin_out(now=NOW + timedelta(days=2))
    assert not LastBeat.objects.exists()
