"""Points in conditions, in the export, and who reads which review is behind an entry."""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.enums import Scope
from expertpool.accounts.models import Role, User
from expertpool.core.criteria import Context, CriteriaError, parse, schema, to_q
from expertpool.core.exporting import EXPORTS
from expertpool.draws.models import DrawPlan
from expertpool.draws.queries.fitting import fitting_experts, planned_levels
from expertpool.draws.services.names import release
from expertpool.draws.services.plan import GroupInput
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert
from expertpool.experts.services.deletion import delete_expert
from expertpool.points.models import PointEntry
from expertpool.points.queries.ledger import (
    accounts_visible_to,
    balance_told,
    entries_of,
    entries_visible_to,
    lines_for,
    own_lines,
    totals_for,
)
from expertpool.points.services.settling import settle_draw
from tests.factories.accounts import make_user
from tests.factories.draws import make_draw, make_ready_project
from tests.factories.experts import make_expert
from tests.factories.points import make_entry, make_level, make_point_rule
from tests.factories.widening import accept_all
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001


def met(op: str, value: Any, at: datetime) -> set[str]:
    node = parse("experts.expert", {"field": "points", "op": op, "value": value})
    return {one.name for one in Expert.objects.filter(to_q(node, Context(now=at)))}


def test_a_condition_asks_what_somebody_had_at_its_moment() -> None:
    first = make_expert("甲")
    make_expert("乙")
    make_entry(first, points=30, now=NOW)
    make_entry(first, points=-50, now=NOW + timedelta(days=1))
    assert met("gte", 30, NOW) == {"甲"}
    assert met("eq", 0, NOW) == {"乙"}
    assert met("lt", 0, NOW + timedelta(days=1)) == {"甲"}
    assert met("between", [-20, 0], NOW + timedelta(days=2)) == {"甲", "乙"}
    assert met("ne", 0, NOW - timedelta(days=1)) == set()


def test_a_draw_may_ask_for_points() -> None:
    first = make_expert("甲")
    make_expert("乙")
    make_entry(first, points=30, now=NOW)
    rich = {"field": "points", "op": "gte", "value": 20}
    project = make_ready_project(now=NOW, groups=[GroupInput("综合", 1, [rich])])
    levels = planned_levels(DrawPlan.objects.get(project=project).groups.all())
    assert [one.expert_id for one in fitting_experts(levels, now=NOW)] == [first.pk]


def role_of(*codes: str, scope: Scope = Scope.ALL) -> Role:
    number = Role.objects.count()
    role = Role.objects.create(code=f"reads-points-{number}", name=f"查阅积分{number}")
    for code in codes:
        role.permissions.create(code=code, scope=scope)
    return role


def test_the_review_behind_an_entry_is_named_to_whoever_may_read_its_names(
    client: Client, operator: User
) -> None:
    make_point_rule("confirmed", 2, now=NOW - timedelta(days=1))
    make_expert()
    draw = make_draw(now=NOW, operator=operator, seats=1, opens_in_hours=48)
    accept_all(draw, now=NOW)
    opening, over = NOW + timedelta(hours=48), NOW + timedelta(days=3)
    release(draw_id=draw.pk, now=opening, unanswered=True)
    settle_draw(draw_id=draw.pk, now=over)
    entry = PointEntry.objects.get()
    (line,) = lines_for(operator, entries_of(entry.expert), now=over)
    assert line.review == draw.project.name
    (other,) = lines_for(make_user("department"), entries_of(entry.expert), now=over)
    assert other.review == ""
    (own,) = own_lines(entries_of(entry.expert))
    assert own.review == draw.project.name
    # By the day of a line whoever may not read the names would know who sat.
    given = make_entry(entry.expert, points=5)
    assert set(entries_visible_to(operator, now=over)) == {entry, given}
    reader = make_user(roles=(role_of("points.view", "points.correct", "experts.view"),))
    for code in ("points.view", "points.correct"):
        assert list(entries_visible_to(reader, code, now=over)) == [given]
    page = login(client, reader).get(
        reverse("experts:detail", args=[entry.expert_id]) + "?tab=points"
    )
    assert "所记的积分不列明细" in page.content.decode()
    assert entry.label not in page.content.decode()


@pytest.mark.parametrize("named", [False, True])
def test_points_of_reviews_whose_names_may_not_be_read_come_to_the_balance_by_quarters(
    operator: User, named: bool
) -> None:
    """Whoever looked at the list each day knew by who rose, and by the day of it, who had sat."""
    make_point_rule("confirmed", 7, now=NOW - timedelta(days=1))
    make_expert("王立新")
    draw = make_draw(now=NOW, operator=operator, seats=1, opens_in_hours=48)
    accept_all(draw, now=NOW)
    over = NOW + timedelta(days=3)
    make_entry(make_expert("李默"), points=5, now=NOW)
    release(draw_id=draw.pk, now=NOW + timedelta(hours=48), unanswered=True)
    settle_draw(draw_id=draw.pk, now=over)
    expert = PointEntry.objects.get(points=7).expert
    codes = ("points.view", "points.export", "experts.view", *(["draws.names"] if named else []))
    reader = make_user(roles=(role_of(*codes),))

    def read(now: datetime) -> dict[str, int]:
        for code in codes[:2]:
            rows: Any = accounts_visible_to(reader, code, now=now)
            found = {one.expert.name: one.told for one in rows}
        assert balance_told(reader, expert, now=now) == found.get("王立新", 0)
        assert totals_for(reader, since=NOW, now=now).experts == len(found)
        return found

    later = over + timedelta(days=1)
    assert read(later) == ({"王立新": 7, "李默": 5} if named else {"李默": 5})
    assert totals_for(reader, since=NOW, now=later).given == (12 if named else 5)
    # Nor by the balance behind an entry that he may read.
    given = make_entry(expert, points=2, now=over + timedelta(hours=1))
    assert read(later) == {"王立新": 9 if named else 2, "李默": 5}
    line: Any = entries_visible_to(reader, now=later).get(pk=given.pk)
    assert line.told == (9 if named else 2)
    year = timezone.make_aware(datetime(2027, 1, 1, 0, 1))  # noqa: DTZ001
    assert read(year) == {"王立新": 9, "李默": 5}


def test_a_list_and_its_tab_tell_the_same(client: Client, operator: User) -> None:
    now = timezone.now()
    make_point_rule("confirmed", 70, now=now - timedelta(days=9))
    expert = make_expert("王立新")
    draw = make_draw(now=now - timedelta(days=4), operator=operator, seats=1, opens_in_hours=48)
    accept_all(draw, now=now - timedelta(days=4))
    release(draw_id=draw.pk, now=now - timedelta(days=2), unanswered=True)
    settle_draw(draw_id=draw.pk, now=now)
    make_entry(expert, points=3, now=now)
    for codes, told in (((), "<b>3</b>"), (("draws.names",), "<b>73</b>")):
        reader = make_user(roles=(role_of("points.view", "experts.view", *codes),))
        login(client, reader)
        for url in (
            reverse("points:list") + "?sort=-updated",
            reverse("points:list") + "?least=3&most=73",
            reverse("experts:detail", args=[expert.pk]) + "?tab=points",
        ):
            page = client.get(url).content.decode()
            assert told in page
            assert ("<b>73</b>" in page) == bool(codes)
            assert "最近变动" not in page
        assert (
            "王立新" in client.get(reverse("points:list") + "?least=50").content.decode()
        ) == bool(codes)


def test_only_who_reads_all_points_and_all_names_may_ask_for_points(client: Client) -> None:
    """Whoever saw experts asked for each number, and knew to the point and the day what each had."""
    make_entry(make_expert("王立新"), points=162)
    leaf = {"field": "points", "op": "eq", "value": 162}
    url = reverse("experts:list") + "?" + urlencode({"where": json.dumps(leaf)})
    some = role_of("points.view", "draws.names", scope=Scope.DEPARTMENT)
    for roles, may in (
        ((role_of("experts.view"),), False),
        ((role_of("experts.view", "points.view"),), False),
        ((role_of("experts.view", "draws.names"),), False),
        ((role_of("experts.view"), some), False),
        ((role_of("experts.view", "points.view", "draws.names"),), True),
    ):
        user = make_user(roles=roles)
        offered = {one["code"] for one in schema(EXPERT.code, viewer=user)["fields"]}
        assert ("points" in offered) == may
        page = login(client, user).get(url).content.decode()
        assert ("不能用它作条件" in page) != may
        if may:
            assert parse(EXPERT.code, leaf, viewer=user)
        else:
            with pytest.raises(CriteriaError, match="您看不到一个条件所用的字段，不能用它作条件"):
                parse(EXPERT.code, leaf, viewer=user)
    assert parse(EXPERT.code, leaf)  # what is stored keeps its meaning


def test_exports_hold_what_the_lists_show(admin: User) -> None:
    make_level("资深", 10)
    entry = make_entry(make_expert("王立新"), points=12)
    make_entry(entry.expert, points=-1)
    accounts, entries = EXPORTS["points.accounts"], EXPORTS["points.entries"]
    (row,) = accounts.rows(admin, QueryDict())
    written = {column.code: column.value(row) for column in accounts.columns}
    assert written["name"] == "王立新"
    assert (written["balance"], written["level"]) == (11, "资深")
    # By the day, or the number, of his entries whoever may not read names would know who sat.
    assert not {"entries", "updated"} & set(written)
    rows = list(entries.rows(admin, QueryDict("q=王立新")))
    assert [one.points for one in rows] == [-1, 12]
    assert not list(entries.rows(admin, QueryDict("q=李")))


def test_few_of_them_in_one_condition(admin: User) -> None:
    """Each looks at every balance anew: two hundred held up all others for seconds."""
    leaf = {"field": "points", "op": "gte", "value": 1}
    assert parse(EXPERT.code, {"any": [leaf] * 10}, viewer=admin)
    with pytest.raises(CriteriaError, match="最多 10 个"):
        parse(EXPERT.code, {"any": [leaf] * 11}, viewer=admin)


def test_what_a_deleted_expert_has_is_told_on_his_page_alone(admin: User) -> None:
    """The list leaves him out, and his page said that he had none, above the lines that come to five."""
    entry = make_entry(make_expert("李默"), points=5, now=NOW)
    delete_expert(expert=entry.expert, reason="本人申请退出", actor=admin, now=NOW)
    later = NOW + timedelta(days=1)
    assert balance_told(admin, entry.expert, now=later) == 5
    assert not accounts_visible_to(admin, now=later).exists()
