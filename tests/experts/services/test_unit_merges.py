"""Whoever works for a unit that is merged into another keeps what it was called."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.directory.services.merging import merge_units
from expertpool.experts.enums import ChangeVia
from expertpool.experts.models import AvoidanceUnit, ExpertVersion
from tests.factories.experts import make_expert, make_unit
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 24, 1, 30, tzinfo=UTC)


@pytest.mark.shows("EXP-16")
def test_a_merge_of_units_stands_in_the_history_and_the_log_of_whom_it_changes(
    admin: User,
) -> None:
    short, full = make_unit("湘江院有限责任公司"), make_unit("湘江院有限公司")
    expert, other = make_expert("苗可心", employer=short), make_expert("李静", employer=full)
    merge_units(unit=short, into=full, actor=admin, now=NOW)
    expert.refresh_from_db()
    assert (expert.employer, expert.updated_at) == (full, NOW)
    version = expert.versions.get(number=2)
    assert (version.at, version.actor, version.changed) == (NOW, admin, ["employer"])
    assert version.via == ChangeVia.UNITS
    entry = Entry.objects.get(action="expert.unit", subject_id=str(expert.pk))
    assert (entry.before, entry.after) == (
        {"employer": "湘江院有限责任公司"},
        {"employer": "湘江院有限公司"},
    )
    assert "“湘江院有限责任公司”并入“湘江院有限公司”" in entry.note
    assert not other.versions.exists()
    page = login(Client(), admin).get(
        reverse("experts:detail", args=[expert.pk]), {"tab": "history"}
    )
    text = page.content.decode()
    assert "湘江院有限责任公司" in text
    assert "单位合并" in text


@pytest.mark.shows("EXP-16")
def test_of_whoever_avoids_it_the_log_says_it(admin: User) -> None:
    short, full = make_unit("甲院"), make_unit("乙院")
    expert = make_expert("张伟")
    AvoidanceUnit.objects.create(expert=expert, unit=short, kind="declared")
    merge_units(unit=short, into=full, actor=admin, now=NOW)
    entry = Entry.objects.get(action="expert.avoidance", subject_id=str(expert.pk))
    assert ([*entry.before.values()], [*entry.after.values()]) == (["甲院"], ["乙院"])
    assert not expert.versions.exists()


def test_it_asks_no_more_of_the_database_for_twelve_than_for_three(admin: User) -> None:
    def asked(count: int) -> int:
        unit, into = make_unit(f"甲院{count}"), make_unit(f"乙院{count}")
        for at in range(count):
            make_expert(f"专家{at}", employer=unit)
        with CaptureQueriesContext(connection) as queries:
            merge_units(unit=unit, into=into, actor=admin, now=NOW)
        assert ExpertVersion.objects.filter(expert__employer=into, number=2).count() == count
        return len(queries)

    asked(1)
    assert asked(12) == asked(3)
