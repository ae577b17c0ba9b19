"""Who is told that a term ends, when, and once; and that nobody is drawn after it (EXP-48)."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.experts.models import Expert
from expertpool.experts.queries.availability import out_of_term
from expertpool.experts.services.expiring import tell_expiring
from expertpool.experts.services.profile import update_expert
from expertpool.experts.settings import TERM_NOTICES
from expertpool.notifications.models import Message
from tests.factories.accounts import make_department, make_user
from tests.factories.experts import NOW, make_expert
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("EXP-48")]
TODAY = timezone.localdate(NOW)


def ends(days: int, **more: object) -> Expert:
    return make_expert(term_end_date=TODAY + timedelta(days=days), **more)


def told(occasion: str = "expert.term_ending") -> list[str]:
    rows = Message.objects.filter(occasion=occasion, channel="site").order_by("pk")
    return [one.body for one in rows]


def test_experts_and_their_office_are_told_once_of_each_time(client: Client) -> None:
    admin = make_user("admin")
    for days in (91, 90, 88, 60, 30, -1, -9):
        ends(days)
    ends(30, status="frozen")
    assert tell_expiring(now=NOW) == 5
    bodies = told()
    for words in ("90 天后", "88 天后", "60 天后", "30 天后", "已届满"):
        assert sum(words in body for body in bodies) == 1, words
    of_office = told("expert.terms_ending")
    assert len(of_office) == 5
    assert all("有 1 位专家" in body for body in of_office)
    tell_expiring(now=NOW)
    assert len(told()) == 5
    # On the next day only those who have come nearer, and nobody twice.
    tell_expiring(now=NOW + timedelta(days=1))
    assert len(told()) == 6  # of 91
    expert = Expert.objects.get(term_end_date=TODAY - timedelta(days=1))
    day: date = TODAY + timedelta(days=31)
    update_expert(expert=expert, values={"term_end_date": day}, actor=admin, now=NOW)
    tell_expiring(now=NOW + timedelta(days=1))
    assert len(told()) == 7  # a renewed term is another one
    link = reverse("experts:list") + f"?tab=formal&term={day} 至 {day}"
    page = login(client, admin).get(link).context["page"]
    assert expert in page.object_list


def test_a_term_that_is_set_after_the_last_notice_is_told_at_once() -> None:
    admin = make_user("admin")
    ends(30)
    tell_expiring(now=NOW)
    # A week later the first was told, and four are imported with less than 27 days left.
    now = NOW + timedelta(days=7)
    late = [ends(days) for days in (7, 12, 12, 28)]
    assert tell_expiring(now=now) == 4
    bodies = told()[1:]
    for words, count in (("今天届满", 1), ("将在 5 天后", 2), ("将在 21 天后", 1)):
        assert sum(words in body for body in bodies) == count
    first, last = (TODAY + timedelta(days=days) for days in (7, 28))
    office = told("expert.terms_ending")[1:]
    assert len(office) == 1
    assert f"{admin.name}，有 4 位专家的聘期在 30 天内届满（{first} 至 {last}）" in office[0]
    assert tell_expiring(now=now) == 0
    assert tell_expiring(now=now + timedelta(days=1)) == 1  # of the one that is over
    assert len(told()) == 1 + len(late) + 1
    assert len(told("expert.terms_ending")) == 3


def test_whose_term_ended_while_the_system_stood_still_is_told_once() -> None:
    """Over the Spring Festival it stands still for eight days."""
    admin = make_user("admin")
    ends(30)
    old = ends(-9)  # over when it came here: an import tells nobody
    tell_expiring(now=NOW)
    back = NOW + timedelta(days=38)
    assert tell_expiring(now=back) == 1
    assert [body for body in told() if "已届满" in body] == told()[1:]
    office = told("expert.terms_ending")[1:]
    assert len(office) == 1
    day = TODAY + timedelta(days=30)
    assert f"{admin.name}，有 1 位专家的聘期已届满（{day}）" in office[0]
    for later in (back, back + timedelta(days=1), back + timedelta(days=30)):
        assert tell_expiring(now=later) == 0
    assert (len(told()), len(told("expert.terms_ending"))) == (2, 2)
    old.refresh_from_db()
    assert old.term_end_date == TODAY - timedelta(days=9)
    # Nor after two months, what nobody can mend any more.
    ends(100)
    tell_expiring(now=NOW + timedelta(days=40))
    assert len(told()) == 3
    assert tell_expiring(now=NOW + timedelta(days=100 + 61)) == 0


def test_a_notice_that_was_missed_is_told_of_the_days_that_are_left() -> None:
    ends(60)
    tell_expiring(now=NOW)
    # The day of the notice of 30 days and three more went by.
    assert tell_expiring(now=NOW + timedelta(days=36)) == 1
    assert "将在 24 天后届满" in told()[-1]
    assert tell_expiring(now=NOW + timedelta(days=37)) == 0


def test_the_office_chooses_how_long_before() -> None:
    for days in (90, 30, 15, 7, -1):
        ends(days)
    configure(TERM_NOTICES, [])
    tell_expiring(now=NOW)
    assert ["已届满" in body for body in told()] == [True]  # that it is over is told nevertheless
    configure(TERM_NOTICES, ["15", "7"])
    tell_expiring(now=NOW)
    bodies = told()[1:]
    assert len(bodies) == 2
    assert "将在 15 天后届满" in bodies[0]
    assert "将在 7 天后届满" in bodies[1]


def test_each_office_hears_of_its_own_experts() -> None:
    here, there = make_department("甲"), make_department("乙")
    make_user("department", department=here)
    ends(30, department=there)
    tell_expiring(now=NOW)
    assert len(told()) == 1
    assert told("expert.terms_ending") == []


def test_after_the_term_nobody_is_drawn_until_it_is_renewed() -> None:
    expert = ends(-1)
    assert Expert.objects.filter(out_of_term(NOW, now=NOW), pk=expert.pk).exists()
    values = {"term_end_date": TODAY + timedelta(days=365)}
    update_expert(expert=expert, values=values, actor=None, now=NOW)
    assert not Expert.objects.filter(out_of_term(NOW, now=NOW), pk=expert.pk).exists()
