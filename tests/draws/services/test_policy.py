"""What an office demands of draws: it binds plans, is sealed, and binds what comes afterwards."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, time, timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.configuration import Setting, Span
from expertpool.draws import settings as office
from expertpool.draws.exceptions import DrawNotReady, EmergencyRefused
from expertpool.draws.models import Draw, DrawPlan, RevealRule
from expertpool.draws.queries.policy import policy_for
from expertpool.draws.rules import Policy
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import may_read, readable_draws
from expertpool.draws.services.plan import GroupInput, PlanInput, save_plan, usual_times
from expertpool.draws.services.plan_approval import decide_plan, submit_plan
from expertpool.draws.services.sealing import start_draw
from expertpool.experts.models import Expert
from expertpool.projects.enums import ProjectStatus
from expertpool.projects.models import Project
from expertpool.siteconfig.exceptions import SettingsRefused
from expertpool.siteconfig.queries.page import version_of
from expertpool.siteconfig.services import reset_setting, save_settings
from tests.factories.answers import declare_emergency
from tests.factories.draws import EVERYBODY, make_draw, make_ready_project
from tests.factories.experts import make_expert
from tests.factories.projects import make_project
from tests.fixtures import login
from vdraw import EngineError

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
SAME = "与通用规定相同"
Decide = Callable[[Setting[Any], Any], None]


@pytest.fixture
def decide(admin: User) -> Decide:
    """Let the administrator set one thing."""

    def decided(setting: Setting[Any], value: Any) -> None:
        group = setting.group
        save_settings(
            group=group,
            values={setting.code: value},
            version=version_of(group),
            actor=admin,
            now=NOW,
        )

    return decided


def make_experts(count: int) -> None:
    for _ in range(count):
        make_expert()


def start(project: Project, operator: User) -> Draw:
    return start_draw(project=project, actor=operator, now=NOW, entropy=SeededEntropy(1))


def own(setting: Setting[int], regime: str = "tender") -> Setting[int | None]:
    return office.OWN_NUMBERS[setting.code, regime]


@pytest.mark.shows("DRAW-12")
def test_what_ships_refuses_a_draw_that_is_as_good_as_chosen(
    operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(
        vars(office.CANDIDATES_PER_SEAT), "default", office.USUAL_CANDIDATES_PER_SEAT
    )
    make_experts(1)
    project = make_ready_project(now=NOW, seats=1)
    with pytest.raises(DrawNotReady, match="「综合」第 1 级次 1 名候选人要坐 1 个席位"):
        start(project, operator)
    assert not Draw.objects.exists()


def test_a_panel_that_can_be_guessed_is_refused(operator: User, decide: Decide) -> None:
    decide(office.PANEL_BITS, 3)
    make_experts(3)
    project = make_ready_project(now=NOW, seats=1)
    with pytest.raises(DrawNotReady, match="容易猜中"):
        start(project, operator)
    make_experts(5)
    assert start(project, operator).candidate_count == 8


def test_a_first_level_that_singles_somebody_out_is_thin(operator: User, decide: Decide) -> None:
    """The wide second level, and another group, make him no less certain."""
    decide(office.CANDIDATES_PER_SEAT, 2)
    chosen = make_expert(title_level=4)
    for _ in range(20):
        make_expert(title_level=1)
    pin = {"field": "title_level", "op": "eq", "value": 4}
    groups = [GroupInput("甲", 1, [pin, EVERYBODY]), GroupInput("乙", 3, [EVERYBODY])]
    project = make_ready_project(now=NOW, groups=groups)
    with pytest.raises(DrawNotReady, match="「甲」第 1 级次 1 名候选人要坐 1 个席位"):
        start(project, operator)
    Expert.objects.exclude(pk=chosen.pk).filter(pk__gt=chosen.pk + 15).update(title_level=4)
    assert start(project, operator)


def test_each_group_is_hard_to_guess_by_itself(operator: User, decide: Decide) -> None:
    decide(office.PANEL_BITS, 3)
    for level, wanted in ((4, 2), (1, 30)):
        for _ in range(wanted):
            make_expert(title_level=level)
    of = [{"field": "title_level", "op": "eq", "value": level} for level in (4, 1)]
    groups = [GroupInput("甲", 1, [of[0]]), GroupInput("乙", 5, [of[1]])]
    with pytest.raises(DrawNotReady, match="「甲」可能的结果只有约 2 种"):
        start(make_ready_project(now=NOW, groups=groups), operator)


@pytest.mark.parametrize(
    ("setting", "value", "why"),
    [
        (office.PANEL_BITS, 3, "「甲」「乙」条件重叠，合起来可能的结果只有 1 种"),
        (
            office.CANDIDATES_PER_SEAT,
            2,
            "「甲」「乙」条件重叠，合起来抽取 8 人，只有 8 名候选人",
        ),
    ],
)
def test_seats_split_over_groups_that_share_candidates_are_judged_together(
    operator: User, decide: Decide, setting: Setting[int], value: int, why: str
) -> None:
    """Nor does a wide third group, or levels, make those eight less certain."""
    decide(setting, value)
    for _ in range(8):
        make_expert(title_level=4)
    same = [{"field": "title_level", "op": "eq", "value": 4}]
    pair = [GroupInput("甲", 4, same), GroupInput("乙", 4, same)]
    with pytest.raises(DrawNotReady, match=why):
        start(make_ready_project(now=NOW, groups=pair), operator)
    for _ in range(60):
        make_expert(title_level=1)
    levels = [*same, EVERYBODY]
    for groups in (
        [*pair, GroupInput("丙", 1, [EVERYBODY])],
        [GroupInput("甲", 4, levels), GroupInput("乙", 4, levels)],
    ):
        with pytest.raises(DrawNotReady, match=why):
            start(make_ready_project(now=NOW, groups=groups), operator)


def test_groups_that_share_a_few_candidates_are_no_less_open(
    operator: User, decide: Decide
) -> None:
    decide(office.PANEL_BITS, 3)
    decide(office.CANDIDATES_PER_SEAT, 2)
    for level, wanted in ((4, 6), (3, 1), (1, 6)):
        for _ in range(wanted):
            make_expert(title_level=level)
    of = [{"field": "title_level", "op": op, "value": 3} for op in ("gte", "lte")]
    groups = [GroupInput("甲", 3, [of[0]]), GroupInput("乙", 3, [of[1]])]
    assert start(make_ready_project(now=NOW, groups=groups), operator)


def test_what_ships_opens_no_names_before_the_last_day(
    operator: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(vars(office.REVEAL_EARLIEST), "default", office.USUAL_REVEAL_EARLIEST)
    with pytest.raises(ValidationError, match="应为 0 小时至 24 小时"):
        make_ready_project(now=NOW, seats=1, reveal_hours=720)


def test_names_are_not_public_before_the_first_answers_are_due(operator: User) -> None:
    make_experts(3)
    draw = make_draw(
        now=NOW, seats=2, opens_in_hours=10, reveal_hours=720, reply_minutes=90, operator=operator
    )
    assert draw.reveal_at == NOW + timedelta(minutes=90)
    assert not may_read(draw, operator, now=NOW + timedelta(minutes=89))


def test_bounds_that_leave_no_room_are_refused_where_they_are_set(decide: Decide) -> None:
    decide(own(office.REPLY_SHORTEST), 300)
    with pytest.raises(SettingsRefused) as refused:
        decide(own(office.REPLY_LONGEST), 30)
    (text,) = refused.value.errors[own(office.REPLY_SHORTEST).code]
    assert text.startswith("招标投标项目的“答复时限最短”（300 分钟）大于“答复时限最长”（30 分钟）")


@pytest.mark.parametrize(
    ("own_bound", "value", "common", "text"),
    [
        (
            office.REPLY_LONGEST,
            30,
            {office.REPLY_SHORTEST: 60, office.REPLY_USUAL: 90},
            "内部评审项目的“答复时限最短”（60 分钟）大于“答复时限最长”（30 分钟）",
        ),
        (
            office.REPLY_SHORTEST,
            300,
            {office.REPLY_LONGEST: 90},
            "内部评审项目的“答复时限最短”（300 分钟）大于“答复时限最长”（90 分钟）",
        ),
        (
            office.REVEAL_EARLIEST,
            3,
            {office.REVEAL_LATEST: 4, office.REVEAL_USUAL: 6},
            "内部评审项目的“名单最晚公开（评审前）”（4 小时）大于“名单最早公开（评审前）”（3 小时）",
        ),
        (
            office.REVEAL_LATEST,
            20,
            {office.REVEAL_EARLIEST: 12},
            "内部评审项目的“名单最晚公开（评审前）”（20 小时）大于“名单最早公开（评审前）”（12 小时）",
        ),
    ],
    ids=["shortest", "longest", "latest", "earliest"],
)
def test_what_holds_for_all_leaves_room_for_what_a_regime_demands(
    admin: User,
    decide: Decide,
    own_bound: Setting[int],
    value: int,
    common: dict[Setting[int], int],
    text: str,
) -> None:
    decide(own(own_bound, "internal"), value)
    with pytest.raises(SettingsRefused) as refused:
        save_settings(
            group=office.INVITING,
            values={setting.code: number for setting, number in common.items()},
            version=version_of(office.INVITING),
            actor=admin,
            now=NOW,
        )
    (told,) = refused.value.errors[""]
    assert told.startswith(text)
    assert told.endswith("请核对“邀请与名单”和“抽取制度：内部评审”里的这两项。")


def test_the_default_of_all_does_not_come_back_against_a_regime(
    admin: User, decide: Decide, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(vars(office.REVEAL_EARLIEST), "default", office.USUAL_REVEAL_EARLIEST)
    decide(office.REVEAL_EARLIEST, 200)
    decide(own(office.REVEAL_LATEST, "internal"), 100)
    with pytest.raises(SettingsRefused, match="内部评审项目"):
        reset_setting(
            setting=office.REVEAL_EARLIEST,
            version=version_of(office.REVEAL_EARLIEST),
            actor=admin,
            now=NOW,
        )


def test_a_new_plan_begins_within_what_its_regime_demands(operator: User, decide: Decide) -> None:
    decide(own(office.REPLY_SHORTEST), 120)
    decide(own(office.REVEAL_LATEST), 5)
    project = make_project(ProjectStatus.APPROVED, applicant=operator)
    assert project.regime == "tender"
    later = NOW + timedelta(days=2)  # what gives less room counts a day later
    times = usual_times(project.regime, now=later)
    assert times == {"reply_minutes": 120, "leave_hours": 2, "reveal_hours": 5}
    everybody = [GroupInput("综合", 1, [EVERYBODY])]
    plan = save_plan(
        project=project, settings=PlanInput(), groups=everybody, actor=operator, now=later
    )
    assert (plan.reply_minutes, plan.reveal_hours) == (120, 5)
    assert usual_times("internal", now=NOW)["reply_minutes"] == office.REPLY_USUAL.default


def test_a_regime_may_demand_more_than_the_others(operator: User, decide: Decide) -> None:
    make_experts(4)
    project = make_ready_project(now=NOW, seats=2)
    decide(own(office.CANDIDATES_PER_SEAT, "internal"), 9)
    assert project.regime == "tender"
    start(project, operator)
    decide(own(office.CANDIDATES_PER_SEAT), 3)
    with pytest.raises(DrawNotReady, match="每个席位至少 3 名"):
        start(make_ready_project(now=NOW, seats=2), operator)


def test_a_supervisors_value_cannot_be_left_out(operator: User, decide: Decide) -> None:
    make_experts(3)
    older = make_ready_project(now=NOW, seats=2)
    decide(office.MORE_CONTRIBUTORS["tender"], ("supervisor",))
    with pytest.raises(ValidationError, match="必须由监督人参与") as refused:
        make_ready_project(now=NOW, seats=2, contributors=["operator"])
    assert refused.value.message_dict.keys() == {"contributors"}
    with pytest.raises(DrawNotReady, match="必须由监督人参与"):
        start(older, operator)


def test_a_plan_that_is_older_than_the_policy_is_refused_at_the_seal(
    operator: User, decide: Decide
) -> None:
    make_experts(3)
    project = make_ready_project(now=NOW, seats=2, reply_minutes=30, reveal_hours=48)
    decide(own(office.REPLY_SHORTEST), 60)
    decide(own(office.REVEAL_EARLIEST), 24)
    with pytest.raises(DrawNotReady, match=r"答复时限为 30 分钟.*评审前）为 48 小时"):
        start(project, operator)
    plan = DrawPlan.objects.get(project=project)
    assert (plan.reply_minutes, plan.reveal_hours) == (30, 48)


# Each demand off its default: its setting, what is decided, what is sealed, and old and new value as logged.
DECIDED: dict[str, tuple[Setting[Any], Any, Any, str, str]] = {
    "reply_shortest": (own(office.REPLY_SHORTEST), 20, 20, SAME, "20 分钟"),
    "reply_longest": (own(office.REPLY_LONGEST), 300, 300, SAME, "300 分钟"),
    "reveal_latest": (own(office.REVEAL_LATEST), 1, 1, SAME, "1 小时"),
    "reveal_earliest": (own(office.REVEAL_EARLIEST), 12, 12, SAME, "12 小时"),
    "contributors": (
        office.MORE_CONTRIBUTORS["tender"],
        ("operator", "supervisor"),
        ["operator", "supervisor"],
        "不要求",
        "经办人、监督人",
    ),
    "candidates_per_seat": (own(office.CANDIDATES_PER_SEAT), 3, 3, SAME, "3 人"),
    "panel_bits": (own(office.PANEL_BITS), 4, 4, SAME, "4 比特"),
    "emergency_within": (own(office.EMERGENCY_WITHIN), 6, 6, SAME, "6 小时"),
    "plan_approval": (office.REGIME_PLAN_APPROVAL["tender"], True, True, "不要求", "须审核"),
    "thin_is_refused": (office.THIN, "refuse", True, "方案审核通过后可以抽取", "一律不能抽取"),
    "reveal_present": (
        office.OWN_REVEAL_BY["tender"],
        office.ALL_PRESENT,
        True,
        SAME,
        "全体到场签到后",
    ),
    "present_latest": (own(office.PRESENT_LATEST), 60, 60, SAME, "60 分钟"),
    "emergency_shortest": (own(office.EMERGENCY_SHORTEST), 10, 10, SAME, "10 分钟"),
    "emergency_longest": (own(office.EMERGENCY_LONGEST), 40, 40, SAME, "40 分钟"),
    "quiet_hours": (
        office.OWN_QUIET_HOURS["tender"],
        Span(time(23), time(5, 30)),
        ["23:00", "05:30"],
        SAME,
        "23:00 至 次日 05:30",
    ),
}


@pytest.mark.shows("DRAW-06")
def test_the_whole_policy_is_sealed_and_each_change_logged(
    operator: User, supervisor: User, admin: User, decide: Decide
) -> None:
    shipped = policy_for("tender", now=NOW).to_rule()
    for setting, value, _, was, becomes in DECIDED.values():
        decide(setting, value)
        entry = Entry.objects.filter(action="setting.change").latest("id")
        assert (entry.before, entry.after) == ({setting.label: was}, {setting.label: becomes})
        assert (entry.note, entry.actor_id) == (setting.group.label, admin.pk)
    make_experts(9)
    both, later = ["operator", "supervisor"], NOW + timedelta(days=2)  # all of it counts by then
    project = make_ready_project(now=later, seats=2, reply_minutes=60, contributors=both)
    submit_plan(project=project, version=1, actor=operator, now=later)
    decide_plan(project=project, version=1, agree=True, note="同意", actor=supervisor, now=later)
    draw = start_draw(project=project, actor=operator, now=later, entropy=SeededEntropy(1))
    sealed = draw.rule_content["policy"]
    assert sealed == {name: stands for name, (_, _, stands, _, _) in DECIDED.items()}
    assert sealed.keys() == shipped.keys()
    assert not [name for name in sealed if sealed[name] == shipped[name]]
    assert draw.rule.policy == policy_for("tender", now=later)
    assert policy_for("internal", now=later).to_rule() == shipped | {"thin_is_refused": True}


@pytest.mark.parametrize(
    "hours",
    [["22:00"], ["22:00", "7:00"], ["22:00", "07:00+08:00"], ["22:00", "25:00"], "22", None],
)
def test_hours_that_are_none_are_no_policy(hours: Any) -> None:
    stored = policy_for("tender", now=NOW).to_rule() | {"quiet_hours": hours}
    with pytest.raises(EngineError, match="quiet_hours"):
        Policy.from_rule(stored)


def test_an_emergency_is_near_the_opening_or_none(
    operator: User, supervisor: User, decide: Decide
) -> None:
    decide(own(office.EMERGENCY_WITHIN), 6)
    make_experts(3)
    draw = make_draw(now=NOW, seats=2, opens_in_hours=10, operator=operator)
    decide(own(office.EMERGENCY_WITHIN), 720)  # too late: it was sealed

    def declare(now: datetime) -> None:
        declare_emergency(
            draw=draw,
            reason="缺人",
            second=supervisor,
            minutes=15,
            actor=operator,
            now=now,
        )

    with pytest.raises(EmergencyRefused, match="评审前 6 小时内"):
        declare(NOW + timedelta(hours=3, minutes=59))
    declare(NOW + timedelta(hours=4))


def test_no_role_reads_names_before_the_policy_allows_it(supervisor: User, decide: Decide) -> None:
    decide(own(office.REVEAL_EARLIEST), 5)
    make_experts(3)
    draw = make_draw(now=NOW, seats=2, opens_in_hours=10, reveal_hours=2)
    RevealRule.objects.create(role=supervisor.roles.get(), hours=720)
    decide(own(office.REVEAL_EARLIEST), 720)  # too late: it was sealed
    early, late = NOW + timedelta(hours=4, minutes=59), NOW + timedelta(hours=5)
    assert not may_read(draw, supervisor, now=early)
    assert not readable_draws(supervisor, now=early).exists()
    assert may_read(draw, supervisor, now=late)
    assert readable_draws(supervisor, now=late).get() == draw


def test_the_plan_page_says_what_the_policy_demands(
    client: Client, operator: User, decide: Decide
) -> None:
    project = make_ready_project(now=NOW, seats=2)
    decide(own(office.REPLY_LONGEST), 120)
    page = login(client, operator).get(f"/projects/{project.pk}/plan/").content.decode()
    assert 'max="120"' in page
