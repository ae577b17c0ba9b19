"""Points by hand: two persons, a counter entry, and what is refused."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry as LogEntry
from expertpool.experts.models import Expert
from expertpool.points.enums import Cause
from expertpool.points.exceptions import PointsRefused
from expertpool.points.models import Correction, PointEntry
from expertpool.points.queries.ledger import balance_of
from expertpool.points.services.corrections import decide_correction
from tests.factories.accounts import make_user
from tests.factories.experts import make_expert
from tests.factories.points import ask_correction, make_entry
from tests.fixtures import login

pytestmark = pytest.mark.django_db


@pytest.fixture
def expert() -> Expert:
    return make_expert("王立新")


@pytest.fixture
def second() -> User:
    return make_user("admin")


def decide(request: Correction, by: User, *, agree: bool = True) -> Correction:
    return decide_correction(
        request=request, agree=agree, note="" if agree else "没有依据", actor=by, now=timezone.now()
    )


@pytest.mark.shows("OVW-04")
def test_points_are_corrected_by_two_persons(expert: Expert, admin: User, second: User) -> None:
    request = ask_correction(expert, admin, points=8)
    assert balance_of(expert) == 0
    with pytest.raises(PointsRefused):
        decide(request, admin)
    decide(request, second)
    entry = PointEntry.objects.get()
    assert (entry.points, entry.cause, entry.note) == (8, Cause.CORRECTION, "上次漏记")
    assert balance_of(expert) == 8
    with pytest.raises(PointsRefused):
        decide(request, second)
    assert LogEntry.objects.filter(action="points.correct").count() == 1


def test_what_is_turned_down_changes_nothing(expert: Expert, admin: User, second: User) -> None:
    decide(ask_correction(expert, admin), second, agree=False)
    assert not PointEntry.objects.exists()
    assert LogEntry.objects.filter(action="points.correct_refuse").exists()


@pytest.mark.shows("OVW-04")
def test_an_entry_is_taken_back_once_by_one_that_says_the_opposite(
    expert: Expert, admin: User, second: User
) -> None:
    entry = make_entry(expert, points=-5)
    decide(ask_correction(expert, admin, points=1, counters=entry), second)
    counter = PointEntry.objects.get(counters=entry)
    assert (counter.points, balance_of(expert)) == (5, 0)
    for one in (entry, counter):
        with pytest.raises(PointsRefused, match="冲正"):
            ask_correction(expert, admin, counters=one)
    with pytest.raises(PointsRefused, match="不是这位专家"):
        ask_correction(make_expert(), admin, counters=entry)


def test_without_a_reason_or_points_nothing_is_asked(expert: Expert, admin: User) -> None:
    for points in (0, 10_001):
        with pytest.raises(PointsRefused, match="积分"):
            ask_correction(expert, admin, points=points)
    ask_correction(expert, admin)
    with pytest.raises(PointsRefused, match="待确认"):
        ask_correction(expert, admin)


@pytest.mark.shows("OVW-04")
def test_pages_ask_show_and_decide(
    client: Client, expert: Expert, admin: User, second: User
) -> None:
    entry = make_entry(expert, points=5)
    page = login(client, admin)
    drawer = reverse("points:correct", args=[expert.pk])
    assert page.post(drawer, {"points": "0", "reason": "漏记"}).status_code == 422
    assert page.post(drawer, {"points": "7", "reason": "培训一次漏记"}).status_code == 204
    tab = reverse("experts:detail", args=[expert.pk]) + "?tab=points"
    shown = page.get(tab).content.decode()
    assert "积分更正等待确认" in shown
    assert "积分 +7" in shown
    request = Correction.objects.get()
    other = login(Client(), second)
    other.post(reverse("workflow:request_agree", args=["points.correct", request.pk]))
    assert balance_of(expert) == 12
    assert (
        page.post(
            reverse("points:counter", args=[entry.pk]), {"reason": "重复记了一次"}
        ).status_code
        == 204
    )
    decide(Correction.objects.get(decided_at=None), second)
    assert balance_of(expert) == 7
    shown = page.get(tab).content.decode()
    assert "已冲正" in shown
    listed = page.get(reverse("points:list")).content.decode()
    assert "王立新" in listed
    assert "重复记了一次" in page.get(reverse("points:entries")).content.decode()
