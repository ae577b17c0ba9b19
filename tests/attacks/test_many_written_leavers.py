"""Somebody with live SQL writes hundreds of thousands of experts as deleted years ago, or as erased: neither the night nor the look of each
minute costs a statement for each, nor does the night erase of them what he cannot (docs/decisions/0484)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.mandates import forged_rows, look_at_all
from expertpool.experts.models import Expert
from expertpool.experts.queries.names import name_index
from expertpool.experts.services.deletion import delete_expert
from expertpool.privacy.queries.deletions import deleted_by_log
from expertpool.privacy.services import retaining
from expertpool.privacy.settings import KEEP_DELETED
from tests.factories.experts import make_expert
from tests.factories.siteconfig import configure

pytestmark = pytest.mark.django_db
YEARS = timedelta(days=3 * 366)
MANY = 600
LEFT = {"status": "'deleted'", "deleted_at": "now() - interval '4 years'"}
ERASED = {**LEFT, "erased_at": "now() - interval '1 day'", "name_until": "'2000-01-01'"}
EMPTY = dict.fromkeys(("phone_index", "email_index", "id_number_index", "user_id"), "NULL")


@pytest.fixture
def really(admin: User) -> Expert:
    """Who left three years ago: later than whom somebody writes."""
    expert = make_expert("退出某")
    delete_expert(expert=expert, reason="退出", actor=admin, now=timezone.now() - YEARS)
    configure(KEEP_DELETED, 1)
    return expert


def write(**said: Any) -> None:
    """Rows of experts of whom nobody here knows."""
    said = {"number": "'F' || n", **EMPTY, **said}
    names = [one.column for one in Expert._meta.concrete_fields if one.column != "id"]
    values = ", ".join(said.get(name, name) for name in names)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            f"INSERT INTO experts_expert ({', '.join(names)}) SELECT {values}"  # noqa: S608 (ours)
            " FROM experts_expert, generate_series(1, %s) n WHERE id = %s",
            [MANY, make_expert("某").pk],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")


def test_those_who_were_written_as_deleted_cost_the_night_and_the_minute_few_statements(
    really: Expert,
) -> None:
    now = timezone.now()
    with CaptureQueriesContext(connection) as alone:
        forged_rows(now=now)
    write(**LEFT)
    with CaptureQueriesContext(connection) as minute:
        assert forged_rows(now=now)["到期抹去的专家"] >= MANY - 101
    assert len(minute) <= len(alone) + 2
    with CaptureQueriesContext(connection) as night:
        assert look_at_all(now=now) == 50
    assert len(night) < MANY
    with CaptureQueriesContext(connection) as spent:
        assert retaining.retain(now=now) == 1
    # One who really left takes some hundred.
    assert len(spent) < MANY
    assert list(Expert.objects.filter(erased_at__isnull=False)) == [really]


def test_of_whom_was_written_as_erased_the_night_takes_nothing(really: Expert) -> None:
    now = timezone.now()
    assert retaining.retain(now=now) == 1
    assert "已抹去的专家" not in forged_rows(now=now)
    write(**ERASED)
    Expert.objects.filter(pk=really.pk).update(name_until=now.date() - timedelta(days=1))
    assert forged_rows(now=now)["已抹去的专家"] >= MANY - 101
    with CaptureQueriesContext(connection) as spent:
        assert retaining.retain(now=now) == 1
    assert len(spent) < MANY
    assert (
        not Expert.objects.filter(number__startswith="F")
        .exclude(name_index=name_index("某"))
        .exists()
    )
    forgotten = Entry.objects.filter(action="privacy.forget_name").values_list(
        "subject_id", flat=True
    )
    assert list(forgotten) == [str(really.pk)]


def test_of_whom_hundreds_of_entries_were_written_no_more_than_fifty_are_read(
    really: Expert,
) -> None:
    assert deleted_by_log([really]) == {really.pk}
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_entry (at, action, subject_type, subject_id, actor_name, address,"
            " subject_label, note, digest) SELECT now(), 'expert.restore', 'experts.expert', %s, '', '',"
            " '', '', 'x' FROM generate_series(1, 100)",
            [str(really.pk)],
        )
    # Told as of whom the log does not say it: what is erased never comes back.
    assert deleted_by_log([really]) == set()
