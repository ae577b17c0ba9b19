"""A widened draw under a policy that the office has tightened since the panel was sealed."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws import settings as office
from expertpool.draws.enums import SUPERVISOR, ActionCode, DrawStatus
from expertpool.draws.exceptions import (
    DrawError,
    HeldRefused,
    PlanApprovalRefused,
    WideningRefused,
)
from expertpool.draws.models import Draw, DrawPlan, WideningRequest
from expertpool.draws.queries.actions import actions_for
from expertpool.draws.queries.chance import NOT_COUNTED
from expertpool.draws.queries.plan_versions import approved_version
from expertpool.draws.queries.readiness import NOT_APPROVED
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.plan_approval import decide_plan, submit_plan
from expertpool.draws.services.prequery import count_candidates
from expertpool.draws.services.sealing import contribute
from expertpool.draws.services.widening import decide_widening, request_widening, widen_plan
from tests.factories.accounts import make_user
from tests.factories.draws import EVERYBODY
from tests.factories.experts import come_back
from tests.factories.siteconfig import configure
from tests.factories.widening import (
    REASON,
    SENIOR,
    make_short_panel,
    make_short_while_somebody_waits,
    widen_to,
    widen_to_everybody,
)
from tests.fixtures import login

pytestmark = [pytest.mark.django_db, pytest.mark.shows("DRAW-34")]
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
LATER = NOW + timedelta(minutes=30)
LEVELS = {"g1": [SENIOR, EVERYBODY]}


def tighten() -> None:
    """The office asks for the supervisor's value and for two hours to answer; the plan has one and nobody's."""
    configure(office.MORE_CONTRIBUTORS["tender"], [SUPERVISOR])
    configure(office.OWN_NUMBERS[office.REPLY_SHORTEST.code, "tender"], 120)


def test_what_the_office_demands_since_counts_of_itself(operator: User) -> None:
    base = make_short_panel(now=NOW)
    tighten()
    assert not actions_for(base, operator, now=LATER)[ActionCode.WIDEN].why_not
    widened = widen_to_everybody(base, now=LATER, actor=operator)
    assert (widened.status, widened.rule.contributors) == (DrawStatus.SEALED, (SUPERVISOR,))
    assert widened.rule.reply_minutes == 120
    assert (base.rule.contributors, base.rule.reply_minutes) == ((), 60)
    plan = DrawPlan.objects.get(project=base.project)
    assert (plan.contributors, plan.reply_minutes) == ([], 60)  # it stays as it was sealed
    told = Entry.objects.get(action="draw.widen").after["按现行制度"]
    assert told == [
        "随机值由监督人提供（方案为无）",
        "答复时限 120 分钟（方案为 60 分钟）",
    ]
    widened = contribute(
        draw=widened,
        role=SUPERVISOR,
        value="7",
        actor=make_user("supervisor"),
        now=LATER,
        entropy=SeededEntropy(2),
    )
    assert widened.status == DrawStatus.INVITING


def test_a_plan_that_asks_for_more_keeps_it(operator: User) -> None:
    base = make_short_panel(now=NOW, reply_minutes=180)
    tighten()
    widened = widen_to_everybody(base, now=LATER, actor=operator)
    assert widened.rule.reply_minutes == 180
    assert Entry.objects.get(action="draw.widen").after["按现行制度"] == [
        "随机值由监督人提供（方案为无）"
    ]


def test_both_persons_read_what_will_be_demanded(client: Client, operator: User) -> None:
    now = timezone.now()
    base = make_short_panel(now=now, operator=operator)
    tighten()
    plan = widen_plan(project=base.project, levels=LEVELS, actor=operator, now=now)
    form = reverse("draws:widen", args=[base.pk])
    told = "随机值由监督人提供（方案为无）；答复时限 120 分钟（方案为 60 分钟）"
    assert told in login(client, operator).get(form).content.decode()
    asked = client.post(form, {"reason": REASON, "version": plan.version})
    assert asked.status_code == 204
    supervisor = login(Client(), make_user("supervisor"))
    page = supervisor.get(reverse("draws:detail", args=[base.pk])).content.decode()
    assert told in page
    assert "补抽 1 人：技术缺 1 人" in page


def test_a_plan_that_was_approved_as_it_is_counts(operator: User) -> None:
    base = make_short_panel(now=NOW)
    configure(office.PLAN_APPROVAL, True)
    tighten()
    plan = widen_plan(project=base.project, levels=LEVELS, actor=operator, now=LATER)
    of = {"project": base.project, "version": plan.version, "now": LATER}
    submit_plan(**of, actor=operator)
    decide_plan(**of, agree=True, note="同意", actor=make_user("supervisor"))
    widened = widen_to(base, now=LATER, actor=operator)
    assert widened.rule.contributors == (SUPERVISOR,)
    assert approved_version(DrawPlan.objects.get(project=base.project))


def soon() -> tuple[datetime, datetime]:
    """When a panel is sealed and widened whose pool is there before: not `NOW`, which lies before it."""
    now = timezone.now()
    return now, now + timedelta(minutes=30)


def test_the_approver_is_warned_of_whom_the_widened_draw_can_seat_alone(
    operator: User, supervisor: User
) -> None:
    """Both who fit the first level sit: one seat is left, for five."""
    now, later = soon()
    base = make_short_panel(now=now)
    configure(office.PLAN_APPROVAL, True)
    configure(office.CANDIDATES_PER_SEAT, 3)
    configure(office.PANEL_BITS, 2)
    plan = widen_plan(project=base.project, levels=LEVELS, actor=operator, now=later)
    of: dict[str, Any] = {"project": base.project, "version": plan.version, "now": later}
    assert submit_plan(**of, actor=operator).thin == []
    decide_plan(**of, agree=True, note="", actor=supervisor)  # no reason is asked for
    assert widen_to(base, now=later, actor=operator).rule.content["thin"] == []


def test_the_approver_is_told_of_the_few_that_are_left(operator: User, supervisor: User) -> None:
    now, later = soon()
    base = make_short_panel(now=now)
    configure(office.PLAN_APPROVAL, True)
    configure(office.CANDIDATES_PER_SEAT, 6)
    levels = {"g1": [{"any": [SENIOR, EVERYBODY]}]}  # seven fit it, two of whom have been asked
    plan = widen_plan(project=base.project, levels=levels, actor=operator, now=later)
    assert count_candidates(plan, now=later).groups[0].total == 7
    of: dict[str, Any] = {"project": base.project, "version": plan.version, "now": later}
    told = submit_plan(**of, actor=operator).thin_texts
    assert told == [
        f"「技术」第 1 级次 5 名候选人要坐 1 个席位，制度规定每个席位至少 6 名{NOT_COUNTED}"
    ]
    with pytest.raises(PlanApprovalRefused, match="写明仍同意的理由"):
        decide_plan(**of, agree=True, note="", actor=supervisor)
    decide_plan(**of, agree=True, note="只有这些人", actor=supervisor)
    # Four can be seated in truth, since the one who sits in 经济 fits, too: nobody was told.
    of["now"] = later + timedelta(minutes=1)
    with pytest.raises(HeldRefused, match="批准时还不知道"):
        request_widening(
            base=base, reason=REASON, version=plan.version, actor=operator, now=of["now"]
        )
    version = submit_plan(**of, actor=operator)
    assert version.knows_of_held
    of["version"] = version.number
    decide_plan(**of, agree=True, note="只有这些人", actor=supervisor)
    assert widen_to(base, now=of["now"], actor=operator).rule.content["thin"] == told


def test_whom_the_panel_has_asked_no_warning_says(operator: User) -> None:
    """One who fits the first conditions was never asked. Whether he could be seated now would tell that."""
    now, later = soon()
    base, waiting = make_short_while_somebody_waits(now=now)
    configure(office.CANDIDATES_PER_SEAT, 9)
    plan = widen_plan(project=base.project, levels=LEVELS, actor=operator, now=later)
    told = [one.text for one in count_candidates(plan, now=later).thin]
    assert told == [
        f"「技术」第 2 级次 4 名候选人要坐 1 个席位，制度规定每个席位至少 9 名{NOT_COUNTED}"
    ]
    come_back(waiting, now=later)
    assert [one.text for one in count_candidates(plan, now=later).thin] == told
    version = submit_plan(project=base.project, version=plan.version, actor=operator, now=later)
    assert version.thin_texts == told


def refusal(call: Callable[[], object]) -> str:
    with pytest.raises(DrawError) as refused:
        call()
    return str(refused.value)


def test_a_wider_draw_is_offered_once_its_plan_is_approved(
    client: Client, operator: User, supervisor: User
) -> None:
    now = timezone.now()
    base = make_short_panel(now=now, operator=operator)
    plan = widen_plan(project=base.project, levels=LEVELS, actor=operator, now=now)
    asked: dict[str, Any] = {"base": base, "version": plan.version, "actor": operator, "now": now}
    of: dict[str, Any] = {"project": base.project, "version": plan.version, "now": now}
    drawer = reverse("draws:widen", args=[base.pk])
    address = reverse("projects:detail", args=[base.project_id]) + "?tab=plan"
    login(client, operator)

    def why_not() -> str:
        """Why it may not be asked for: the same at door, service and page."""
        said = actions_for(base, operator, now=now)[ActionCode.WIDEN].why_not
        page = client.get(address).content.decode()
        assert (drawer in page, f"暂不能补抽：{said}" in page) == (not said, bool(said))
        if said:
            assert refusal(lambda: request_widening(reason=REASON, **asked)) == said
        return said

    assert not why_not()
    configure(office.PLAN_APPROVAL, True)
    assert why_not() == NOT_APPROVED
    submit_plan(**of, actor=operator)
    assert why_not() == NOT_APPROVED
    decide_plan(**of, agree=True, note="同意", actor=supervisor)
    assert not why_not()


def test_what_nobody_has_approved_is_not_agreed_to(operator: User, supervisor: User) -> None:
    base = make_short_panel(now=NOW, operator=operator)
    plan = widen_plan(project=base.project, levels=LEVELS, actor=operator, now=LATER)
    request = request_widening(
        base=base, reason=REASON, version=plan.version, actor=operator, now=LATER
    )
    configure(office.PLAN_APPROVAL, True)
    decide = actions_for(base, supervisor, now=LATER)[ActionCode.DECIDE_WIDENING]
    assert decide.why_not == NOT_APPROVED
    decided: dict[str, Any] = {"note": "", "actor": supervisor, "now": LATER}
    decided |= {"request": request, "entropy": SeededEntropy(3)}
    assert refusal(lambda: decide_widening(agree=True, **decided)) == NOT_APPROVED
    assert decide_widening(agree=False, **decided) is None


def test_a_platform_is_told_where_conditions_go_first_that_need_an_approval(operator: User) -> None:
    base = make_short_panel(now=NOW)
    configure(office.PLAN_APPROVAL, True)
    version = DrawPlan.objects.get(project=base.project).version
    with pytest.raises(WideningRefused, match=r"请在网页上.*「放宽条件」.*提交审核.*不再给出条件"):
        request_widening(
            base=base, reason=REASON, version=version, levels=LEVELS, actor=operator, now=LATER
        )
    assert not WideningRequest.objects.exists()
    assert DrawPlan.objects.get(project=base.project).version == version
    assert not Draw.objects.filter(widens=base).exists()
