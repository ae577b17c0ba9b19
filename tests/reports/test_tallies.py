"""Kept sums of large topics equal what is counted, in every scope; what they are not for is counted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.http import QueryDict
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import Role
from expertpool.experts.enums import ExpertStatus
from expertpool.reports.forms.comparison import read_comparison
from expertpool.reports.forms.statistics import read_statistic
from expertpool.reports.models import ProjectTally, Tally, Tallying
from expertpool.reports.queries.statistics import TOPICS
from expertpool.reports.services.tallies import tally_all
from tests.factories.accounts import make_department, make_user
from tests.factories.experts import make_expert
from tests.factories.fees import make_sent
from tests.fixtures import login
from tests.reports.views.test_statistics import pool, told_draw

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("media")]
__all__ = ["pool"]
PAGE = reverse("reports:statistics")


@pytest.fixture
def large(monkeypatch):
    """Every topic is large with its first row."""
    for topic in TOPICS:
        monkeypatch.setitem(topic.__dict__, "large", 0.5)


def role_of(scopes: dict[str, Scope]) -> Role:
    role = Role.objects.create(name="统计")
    for code, scope in scopes.items():
        role.permissions.create(code=code, scope=scope)
    return role


def numbers(reading):
    found = reading.found
    return [(line.key, line.label, line.sums) for line in (*found.lines, found.total)]


def both(user, query: str):
    """Return the same reading from kept sums, and counted now."""
    now = timezone.now()
    kept = read_statistic(QueryDict(query), user=user, now=now)
    return kept, read_statistic(QueryDict(f"{query}&fresh=1"), user=user, now=now)


@pytest.mark.shows("EXP-43", "EXP-46", "EXP-47")
def test_kept_sums_equal_what_is_counted_in_every_scope(admin, pool, large):
    _, below = pool
    told_draw(declined=1)
    tally_all(now=timezone.now())
    for user in (admin, make_user("department", department=below), make_user("finance")):
        for topic in TOPICS:
            for one in topic.dimensions_for(user):
                kept, counted = both(user, f"topic={topic.code}&by={one.code}")
                assert numbers(kept) == numbers(counted), (user, topic.code, one.code)
                assert counted.found.counted_at is None
                assert (kept.found.counted_at is None) == (one.code == "activity")
    now = timezone.now()
    compared = [read_comparison(QueryDict(query), user=admin, now=now) for query in ("", "fresh=1")]
    assert numbers(compared[0]) == numbers(compared[1])


@pytest.mark.shows("EXP-47")
def test_what_somebody_wrote_into_them_is_gone_with_the_next_count(admin, pool, large):
    """They have no proof: whoever writes rows shows wrong sums until then, and nothing goes by them (docs/security.md)."""
    told_draw(declined=1)
    tally_all(now=timezone.now())
    Tally.objects.update(sums={"count": 999})
    ProjectTally.objects.update(numbers={"count": "999"})
    Tallying.objects.update(counted_at=timezone.now() + timedelta(days=365))
    kept, counted = both(admin, "topic=experts&by=status")
    assert numbers(kept) != numbers(counted)
    tally_all(now=timezone.now())
    for topic in TOPICS:
        kept, counted = both(admin, f"topic={topic.code}&by=department")
        assert numbers(kept) == numbers(counted), topic.code
    assert not Tallying.objects.filter(counted_at__gt=timezone.now()).exists()


def test_they_say_of_when_they_are_and_may_be_counted_anew(client, admin, pool, large):
    tally_all(now=timezone.now())
    make_expert("新", status=ExpertStatus.PENDING)
    login(client, admin)

    def total(**query):
        page = client.get(PAGE, {"topic": "experts", "by": "status"} | query)
        return page.context["found"].total.sums["count"], "数字截至" in page.content.decode()

    assert total() == (4, True)
    assert total(fresh="1") == (5, False)
    # Filters, and parts of parts, are counted.
    assert total(education="本科") == (2, False)
    assert total(segment="status:pending") == (2, False)
    tally_all(now=timezone.now())
    assert total() == (5, True)


def test_the_file_counts_what_the_page_shows(client, admin, pool, large):
    tally_all(now=timezone.now())
    make_expert("新")
    kept, _ = both(admin, "topic=experts&by=status")
    assert kept.found.total.sums["count"] == 4
    assert any("数字截至" in one for one in kept.conditions)


def test_old_ones_stand_for_nothing(admin, pool, large):
    tally_all(now=timezone.now() - timedelta(hours=1, minutes=1))
    make_expert("新")
    kept, _ = both(admin, "topic=experts&by=status")
    assert kept.found.counted_at is None
    assert kept.found.total.sums["count"] == 5


def test_who_counts_what_he_entered_himself_counts_it_now(pool, large):
    own = make_user(roles=(role_of({"reports.statistics": Scope.OWN}),))
    make_expert("他的", created_by=own)
    tally_all(now=timezone.now())
    kept, _ = both(own, "topic=experts&by=status")
    assert kept.found.counted_at is None
    assert kept.found.total.sums["count"] == 1


def test_fees_are_kept_for_whoever_sees_them(admin, operator, large):
    """In the scope of whom asks: of one department only, of another's not."""
    fees = make_sent(operator)
    paid, there = sum(line.gross for line in fees), fees[0].project.department
    tally_all(now=timezone.now())
    role = role_of({"reports.statistics": Scope.ALL, "fees.view": Scope.DEPARTMENT})
    for department, seen in ((there, paid), (make_department(), 0)):
        user = make_user(roles=(role,), department=department)
        kept, counted = both(user, "topic=projects&by=department")
        assert kept.found.counted_at
        assert kept.found.total.sums["fee_gross"] == seen
        assert numbers(kept) == numbers(counted)


@pytest.mark.shows("EXP-46")
def test_a_fee_has_its_mean(client, admin, operator):
    fees = make_sent(operator)
    mean = sum(line.gross for line in fees) / len(fees)
    page = login(client, admin).get(PAGE, {"topic": "projects", "by": "department"})
    figures = {header: figure for header, figure, _ in page.context["total_figures"]}
    assert figures["平均每笔（元）"] == f"{mean:,.2f}"
    assert figures["劳务费笔数"] == str(len(fees))


def test_of_what_is_small_nothing_is_kept(admin, pool, monkeypatch):
    for topic in TOPICS:
        monkeypatch.setitem(topic.__dict__, "large", 1)
    assert tally_all(now=timezone.now()) == ["experts", "projects"]
    written = ProjectTally.objects.count()
    assert written
    for topic in TOPICS:
        monkeypatch.setitem(topic.__dict__, "large", 1000)
    assert tally_all(now=timezone.now()) == []
    assert not Tally.objects.exists()
    assert not Tallying.objects.exists()
    _, counted = both(admin, "topic=experts&by=status")
    assert counted.found.total.sums["count"] == 4
