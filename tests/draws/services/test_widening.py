"""放宽条件补抽: a new sealed draw for the seats that are free; nobody who sits is touched."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.core.criteria import parse
from expertpool.draws import settings as office
from expertpool.draws.enums import DrawStatus
from expertpool.draws.exceptions import DrawError, DrawInProgress, HeldRefused, WideningRefused
from expertpool.draws.models import Draw, DrawPlan, Invitation, WideningRequest
from expertpool.draws.queries.conditions import SUBJECT
from expertpool.draws.queries.draws import valid_draws
from expertpool.draws.queries.ending import ended_by_move
from expertpool.draws.queries.fitting import Level
from expertpool.draws.queries.requests import who_widened
from expertpool.draws.queries.shortfall import shortfall_of
from expertpool.draws.queries.widening import compare
from expertpool.draws.services.checking import check_record
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.hands import confirmation_of
from expertpool.draws.services.names import release
from expertpool.draws.services.plan import GroupInput, PlanInput, save_plan
from expertpool.draws.services.prequery import count_candidates
from expertpool.draws.services.records import build_record
from expertpool.draws.services.replies import add_supplement
from expertpool.draws.services.rescheduling import NewMeeting, reschedule
from expertpool.draws.services.sealing import abandon_draw
from expertpool.draws.services.voiding import request_void
from expertpool.draws.services.widening import decide_widening, request_widening, widen_plan
from expertpool.experts.models import Expert
from expertpool.experts.services.blacklist import remove_from_blacklist
from expertpool.experts.services.deletion import restore_expert
from expertpool.experts.services.status import approve_expert, freeze_expert, unfreeze_expert
from expertpool.notifications.models import Message
from expertpool.projects.enums import DrawState
from expertpool.projects.models import Project
from tests.factories.accounts import make_user
from tests.factories.draws import EVERYBODY, expert_id_of, make_draw
from tests.factories.experts import come_back, make_expert, make_unit
from tests.factories.siteconfig import configure
from tests.factories.widening import (
    GROUPS,
    JUNIOR,
    OTHER,
    REASON,
    SENIOR,
    accept_all,
    leave,
    make_pool,
    make_short_draw,
    make_short_panel,
    make_short_while_somebody_waits,
    people,
    reply,
    start_widened_draw,
    state_of,
    widen_to,
    widen_to_everybody,
)
from tests.fixtures import login
from vdraw.verify import find_difference

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001
LATER = NOW + timedelta(minutes=30)


FAR = {"field": "title_level", "op": "eq", "value": 2}


# --- Wider


def levels(*criteria: dict[str, Any]) -> dict[str, list[Level]]:
    return {"g1": [(at, parse(SUBJECT, one)) for at, one in enumerate(criteria, start=1)]}


@pytest.mark.shows("DRAW-34")
def test_conditions_by_which_somebody_no_longer_fits_are_refused(operator: User) -> None:
    base = make_short_panel(now=NOW)
    version = DrawPlan.objects.get(project=base.project).version
    with pytest.raises(WideningRefused, match=r"「技术」不是放宽.*有不到 5 人不再符合") as refused:
        widen_plan(project=base.project, levels={"g1": [OTHER]}, actor=operator, now=LATER)
    assert "因为「职称级别 是 初级」" in str(refused.value)
    assert not any(expert.name in str(refused.value) for expert in Expert.objects.all())
    assert DrawPlan.objects.get(project=base.project).version == version
    levels = {"g1": [{"any": [OTHER, SENIOR]}]}  # in other words, and more
    assert widen_plan(project=base.project, levels=levels, actor=operator, now=LATER)


@pytest.mark.shows("DRAW-34")
def test_the_condition_that_keeps_somebody_out_is_named() -> None:
    make_pool(7, 1, 4)
    base = make_short_draw(now=NOW, groups=[GroupInput("技术", 9, [SENIOR])])
    short = shortfall_of(base.project)
    assert short
    named = {"field": "age", "op": "gte", "value": 120}
    (one,) = compare(short, levels({"all": [SENIOR, named]}, OTHER), now=LATER, viewer=None)
    assert (one.before_count, one.lost) == (7, 7)
    assert [text for text in one.narrower if "年龄" in text]
    assert not [text for text in one.narrower if "职称" in text]
    assert "有 7 人不再符合" in one.refusal
    (wider,) = compare(short, levels(SENIOR, OTHER), now=LATER, viewer=None)
    assert (wider.before_text, wider.after_count, wider.refusal) == (" 7 人", 11, "")


@pytest.mark.shows("DRAW-34")
def test_a_plan_that_is_wider_no_more_is_not_drawn_by(operator: User) -> None:
    base = make_short_panel(now=NOW)
    group = DrawPlan.objects.get(project=base.project).groups.get(order=1)
    group.levels.update(criteria=FAR)  # past the service
    with pytest.raises(WideningRefused, match="不是放宽"):
        widen_to(base, now=LATER, actor=operator)
    assert valid_draws(base.project) == [base]


@pytest.mark.shows("DRAW-34")
@pytest.mark.parametrize("levels", [[SENIOR], [{"all": [SENIOR]}], [SENIOR, SENIOR]])
def test_conditions_that_are_the_same_are_not_wider(
    operator: User, levels: list[dict[str, Any]]
) -> None:
    base = make_short_panel(now=NOW)
    Expert.objects.update(created_at=NOW)  # nobody has come since
    with pytest.raises(WideningRefused, match=r"条件组「技术」的条件和原来封存的一样，"):
        widen_plan(project=base.project, levels={"g1": levels}, actor=operator, now=LATER)
    version = DrawPlan.objects.get(project=base.project).version
    with pytest.raises(WideningRefused, match="没有放宽"):  # before a second person is asked
        request_widening(base=base, reason=REASON, version=version, actor=operator, now=LATER)
    assert not WideningRequest.objects.exists()


@pytest.mark.shows("DRAW-34")
def test_narrower_words_that_keep_nobody_out_are_not_wider_either(operator: User) -> None:
    make_pool(3, 1, 0)
    base = make_short_draw(
        now=NOW, groups=[GroupInput("技术", 5, [EVERYBODY]), GroupInput("经济", 2, [JUNIOR])]
    )
    Expert.objects.update(created_at=NOW)
    narrower = {"field": "title_level", "op": "gte", "value": 1}
    levels = {"g1": [narrower], "g2": [JUNIOR]}
    words = r"没有放宽：条件组「技术」的新条件只是收窄或换了写法.*；条件组「经济」的条件和原来封存的一样"
    with pytest.raises(WideningRefused, match=words):
        widen_plan(project=base.project, levels=levels, actor=operator, now=LATER)


@pytest.mark.shows("DRAW-34")
@pytest.mark.parametrize("status", ["pending", "frozen", "blacklisted", "deleted"])
def test_who_came_into_the_pool_since_the_seal_is_new_however_long_he_is_known(
    operator: User, status: str
) -> None:
    known = make_expert(title_level=4, created_at=NOW - timedelta(days=9), status=status)
    base = make_short_panel(now=NOW)
    Expert.objects.update(created_at=NOW - timedelta(days=9))
    with pytest.raises(WideningRefused, match="也没有符合条件的专家入库"):
        widen_plan(project=base.project, levels={"g1": [SENIOR]}, actor=operator, now=LATER)
    let_in(known)
    assert widen_plan(project=base.project, levels={"g1": [SENIOR]}, actor=operator, now=LATER)
    assert people(widen_to(base, now=LATER)) == [known.pk]


@pytest.mark.shows("DRAW-34")
def test_who_cannot_be_drawn_or_was_there_all_the_time_is_not_new(operator: User) -> None:
    base = make_short_panel(now=NOW)
    Expert.objects.update(created_at=NOW - timedelta(days=9))
    make_expert(title_level=4, created_at=LATER, status="pending")
    there = Expert.objects.filter(title_level=4, status="formal").first()
    assert there
    at = NOW + timedelta(minutes=5)
    freeze_expert(expert=there, reason="证书年检中", actor=None, now=at)
    unfreeze_expert(expert=there, reason="核查完毕", actor=None, now=at)
    with pytest.raises(WideningRefused, match="也没有符合条件的专家入库"):
        widen_plan(project=base.project, levels={"g1": [SENIOR]}, actor=operator, now=LATER)


def let_in(expert: Expert) -> None:
    """Let him come into the pool after the seal, by the door of his status."""
    by: dict[str, Any] = {"expert": expert, "actor": None, "now": NOW + timedelta(minutes=5)}
    if expert.status == "pending":
        approve_expert(**by)
    elif expert.status == "frozen":
        unfreeze_expert(reason="核查完毕", **by)
    elif expert.status == "blacklisted":
        remove_from_blacklist(reason="查明无误", **by)
    else:
        restore_expert(**by)


@pytest.mark.shows("DRAW-34")
def test_it_is_enough_that_one_group_of_several_is_wider(operator: User) -> None:
    make_pool(1, 1, 4)
    base = make_short_draw(
        now=NOW, groups=[GroupInput("技术", 2, [SENIOR]), GroupInput("经济", 2, [JUNIOR])]
    )
    levels = {"g1": [SENIOR, OTHER], "g2": [JUNIOR]}
    assert widen_plan(project=base.project, levels=levels, actor=operator, now=LATER)


# --- The new draw


@pytest.mark.shows("DRAW-33", "DRAW-34", "DRAW-31")
def test_a_short_panel_is_completed_by_a_draw_of_its_own() -> None:
    base = make_short_panel(now=NOW)
    before, seated = build_record(base), people(base)
    assert (base.status, state_of(base)) == (DrawStatus.UNSATISFIED, DrawState.UNSATISFIED)
    widened = widen_to_everybody(base, now=LATER)
    assert state_of(base) == DrawState.DRAWING
    accept_all(widened, now=LATER)
    assert widened.status == DrawStatus.SUCCESS
    assert state_of(base) == DrawState.SUCCESS_SUPPLEMENT
    base.refresh_from_db()
    assert base.status == DrawStatus.UNSATISFIED
    assert build_record(base) == before
    assert people(base) == seated
    (new,) = people(widened)
    assert new not in seated
    assert valid_draws(base.project) == [base, widened]


@pytest.mark.shows("DRAW-34")
def test_its_rule_names_only_what_lacks_and_which_draw_it_completes() -> None:
    base = make_short_panel(now=NOW)
    widened = widen_to_everybody(base, now=LATER)
    rule = widened.rule
    (group,) = rule.groups
    assert (group.code, group.name, group.seats) == ("g1", "技术", 1)
    assert [level.criteria for level in group.levels][1] == EVERYBODY
    assert (rule.widens, rule.widens_seal) == (base.number, base.seal)
    assert (rule.reason, rule.supervisor) == (REASON, "supervisor")
    assert rule.supersedes is None
    assert rule.content["panel_seats"] == {"g1": 3, "g2": 1}
    assert rule.exclusions == {"in_panel": 3}
    assert widened.candidate_count == 4
    assert widened.widens == base
    entry = Entry.objects.get(action="draw.widen")
    assert entry.note == REASON
    assert entry.after == {
        "补充": base.number,
        "空缺": "技术缺 1 人",
        "申请人": entry.after["申请人"],
        "确认值": confirmation_of(WideningRequest.objects.get()),
    }


@pytest.mark.shows("DRAW-34")
def test_its_record_is_verified_as_any_other() -> None:
    base = make_short_panel(now=NOW)
    widened = widen_to_everybody(base, now=LATER)
    accept_all(widened, now=LATER)
    for draw in (base, widened):
        assert find_difference(build_record(draw)) is None


@pytest.mark.shows("DRAW-34", "DRAW-39")
def test_who_was_drawn_before_does_not_come_back() -> None:
    make_pool(3, 1, 2)
    base = make_draw(now=NOW, groups=GROUPS)
    declined = Invitation.objects.filter(draw=base, group="g1").first()
    assert declined
    reply(declined, accept=False, now=NOW)
    accept_all(base, now=NOW)
    widened = widen_to_everybody(base, now=LATER)
    assert widened.candidate_count == 2
    assert widened.rule.exclusions == {"in_panel": 4}
    assert expert_id_of(declined) not in people(widened)


@pytest.mark.shows("DRAW-34")
def test_a_unit_that_is_full_is_left_out() -> None:
    unit = make_unit("市设计院")
    seated = make_expert(title_level=4, employer=unit)
    colleague = make_expert(title_level=1, employer=unit)
    free = make_expert(title_level=1, employer=make_unit())
    base = make_short_draw(now=NOW, groups=[GroupInput("技术", 2, [SENIOR])], unit_cap=1)
    assert people(base) == [seated.pk]
    widened = widen_to_everybody(base, now=LATER)
    assert widened.rule.exclusions == {"in_panel": 1, "unit_full": 1}
    assert widened.rule.unit_cap == 1
    assert people(widened) == [free.pk] != [colleague.pk]


@pytest.mark.shows("DRAW-34")
def test_the_least_room_of_a_unit_counts_for_all() -> None:
    """One of the unit sits, two may: at most one more, though two seats are free."""
    unit = make_unit("市设计院")
    make_expert(title_level=4, employer=unit)
    for _ in range(2):
        make_expert(title_level=1, employer=unit)
    base = make_short_draw(now=NOW, groups=[GroupInput("技术", 3, [SENIOR])], unit_cap=2)
    widened = widen_to_everybody(base, now=LATER)
    assert (widened.rule.unit_cap, widened.rule.panel_unit_cap) == (1, 2)
    accept_all(widened, now=LATER)
    assert len(people(widened)) == 1
    assert state_of(base) == DrawState.UNSATISFIED


@pytest.mark.shows("DRAW-34")
def test_it_may_fall_short_again_and_be_widened_again() -> None:
    make_pool(1, 1, 1)
    base = make_short_draw(now=NOW)
    second = widen_to_everybody(base, now=LATER)
    accept_all(second, now=LATER)
    assert (second.status, state_of(base)) == (DrawStatus.UNSATISFIED, DrawState.UNSATISFIED)
    with pytest.raises(WideningRefused, match=second.number):
        widen_to(base, now=LATER)
    with pytest.raises(WideningRefused, match="请先在专家库增加专家"):
        widen_to(second, now=LATER)
    newcomer = make_expert(created_at=LATER + timedelta(minutes=1))
    third = widen_to(second, now=LATER)
    accept_all(third, now=LATER)
    assert third.rule_content["panel_draws"] == [base.number, second.number]
    assert people(third) == [newcomer.pk]
    assert state_of(base) == DrawState.SUCCESS_SUPPLEMENT


@pytest.mark.shows("DRAW-34", "DRAW-25")
def test_one_for_which_nobody_is_left_is_as_it_was_sealed() -> None:
    """The panel has asked all that there are: no candidates, and no block of them."""
    make_expert(title_level=4)
    base = make_short_draw(now=NOW, groups=[GroupInput("技术", 3, [SENIOR])])
    widened = widen_to_everybody(base, now=NOW)
    assert widened.candidate_count == 0
    # Once the names are open, the number is compared with what was sealed.
    for draw in (base, widened):
        release(draw_id=draw.pk, now=widened.reveal_at)
    assert check_record(draw_id=widened.pk, now=widened.reveal_at, anew=True) is None
    assert find_difference(build_record(widened)) is None


@pytest.mark.shows("DRAW-34")
def test_contributors_give_their_values_as_in_the_plan_and_it_can_be_given_up() -> None:
    make_pool(2, 1, 2)
    base = make_draw(now=NOW, groups=GROUPS)
    accept_all(base, now=NOW)
    DrawPlan.objects.update(contributors=["operator"])
    operator = make_user("operator")
    widened = widen_to_everybody(base, now=LATER, actor=operator)
    assert (widened.status, state_of(base)) == (DrawStatus.SEALED, DrawState.DRAWING)
    abandon_draw(draw=widened, reason="规则有误", actor=operator, now=LATER)
    assert state_of(base) == DrawState.UNSATISFIED
    assert valid_draws(base.project) == [base]
    again = widen_to(base, now=LATER + timedelta(minutes=1), actor=operator)
    assert again.widens == base


# --- What is counted before


@pytest.mark.shows("DRAW-34")
def test_the_prequery_counts_who_is_still_free_for_the_free_seats() -> None:
    base = make_short_panel(now=NOW)
    plan = widen_plan(
        project=base.project,
        levels={"g1": [SENIOR, EVERYBODY]},
        actor=make_user("operator"),
        now=LATER,
    )
    result = count_candidates(plan, now=LATER)
    # Who sits in the panel is not told by a count either: those three are in it.
    assert (result.seats, result.total, result.used) == (1, 7, 3)
    assert [item.group.name for item in result.groups] == ["技术"]
    assert dict(result.exclusions) == {}
    assert list(plan.groups.values_list("seats", flat=True)) == [3, 1]


def test_only_groups_that_lack_experts_are_widened(operator: User) -> None:
    base = make_short_panel(now=NOW)
    with pytest.raises(WideningRefused, match="缺人的条件组"):
        widen_plan(project=base.project, levels={"g2": [EVERYBODY]}, actor=operator, now=LATER)
    with pytest.raises(DrawInProgress):
        save_plan(
            project=base.project,
            settings=PlanInput(),
            groups=list(GROUPS),
            actor=operator,
            now=LATER,
        )


def test_no_plan_is_widened_while_a_draw_goes_on_or_is_complete(operator: User) -> None:
    make_pool(3, 1)
    draw = make_draw(now=NOW, groups=GROUPS)
    for _ in range(2):
        with pytest.raises(WideningRefused, match="没有空缺"):
            widen_plan(project=draw.project, levels={"g1": [SENIOR]}, actor=operator, now=NOW)
        accept_all(draw, now=NOW)


# --- What is refused


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"reason": " "}, "原因"),
        ({"now": NOW + timedelta(days=9)}, "已过"),
    ],
)
def test_a_widened_draw_is_refused(changes: dict[str, Any], message: str) -> None:
    base = make_short_panel(now=NOW)
    actor = make_user("operator", name="经办人")
    given: dict[str, Any] = {"reason": REASON, "now": LATER} | changes
    with pytest.raises(WideningRefused, match=message):
        start_widened_draw(base=base, actor=actor, entropy=SeededEntropy(1), **given)
    assert Draw.objects.count() == 1


@pytest.mark.shows("DRAW-34")
def test_whoever_of_the_order_is_free_again_comes_before_anybody_new(operator: User) -> None:
    base, waiting = make_short_while_somebody_waits(now=NOW)
    come_back(waiting, now=LATER)
    with pytest.raises(WideningRefused, match="再补抽一次"):
        widen_to_everybody(base, now=LATER)
    add_supplement(draw=base, actor=operator, now=LATER, entropy=SeededEntropy(1))
    accept_all(base, now=LATER)
    assert waiting in people(base)
    assert state_of(base) == DrawState.SUCCESS_SUPPLEMENT


def test_while_a_void_is_asked_for_nothing_is_widened(operator: User) -> None:
    base = make_short_panel(now=NOW)
    request_void(draw=base, reason="程序有误", actor=operator, now=LATER)
    with pytest.raises(WideningRefused, match="作废申请"):
        widen_to(base, now=LATER)


@pytest.mark.shows("DRAW-34")
def test_a_second_person_agrees_to_the_version_that_was_asked_for(
    operator: User, supervisor: User
) -> None:
    base = make_short_panel(now=NOW)
    plan = widen_plan(
        project=base.project, levels={"g1": [SENIOR, EVERYBODY]}, actor=operator, now=LATER
    )
    asked = request_widening(
        base=base, reason=REASON, version=plan.version, actor=operator, now=LATER
    )

    def decide(by: User, *, agree: bool = True) -> Draw | None:
        return decide_widening(
            request=WideningRequest.objects.get(pk=asked.pk),
            agree=agree,
            note="",
            actor=by,
            now=LATER,
            entropy=SeededEntropy(4),
        )

    with pytest.raises(WideningRefused, match="不能自己确认"):
        decide(operator)
    DrawPlan.objects.filter(pk=plan.pk).update(version=plan.version + 1)
    with pytest.raises(DrawError):
        decide(supervisor)  # another plan than was asked for
    assert Draw.objects.count() == 1
    DrawPlan.objects.filter(pk=plan.pk).update(version=plan.version)
    draw = decide(supervisor)
    assert draw is not None
    assert (draw.operator, who_widened(draw)) == (operator, supervisor.name)


@pytest.mark.shows("DRAW-34")
def test_what_was_asked_for_one_day_is_not_agreed_to_for_another(
    operator: User, supervisor: User
) -> None:
    """Whoever agrees read the time on his page; who is free is another question on another day."""
    base = make_short_panel(now=NOW)
    plan = widen_plan(
        project=base.project, levels={"g1": [SENIOR, EVERYBODY]}, actor=operator, now=LATER
    )

    def ask() -> WideningRequest:
        return request_widening(
            base=base, reason=REASON, version=plan.version, actor=operator, now=LATER
        )

    def agree(asked: WideningRequest) -> Draw | None:
        return decide_widening(
            request=WideningRequest.objects.get(pk=asked.pk),
            agree=True,
            note="",
            actor=supervisor,
            now=LATER,
            entropy=SeededEntropy(4),
        )

    before = ask()
    project = Project.objects.get(pk=base.project_id)
    moved = [NewMeeting(project.pk, project.opening_at + timedelta(days=2), project.place)]
    assert any("放宽" in line for line in ended_by_move([base]))  # said before it is saved
    reschedule(
        draw=base,
        meetings=moved,
        reason="场地检修",
        actor=operator,
        now=LATER,
        entropy=SeededEntropy(5),
    )
    with pytest.raises(WideningRefused):
        agree(before)
    assert Draw.objects.count() == 1
    accept_all(base, now=LATER)
    assert agree(ask()) is not None


# --- What the office demands


@pytest.mark.shows("DRAW-34")
def test_the_names_of_one_panel_open_by_one_rule() -> None:
    """The office changes its rule after the first seal; the second draw keeps to that of the first."""
    base = make_short_panel(now=NOW)
    configure(office.OWN_REVEAL_BY["tender"], office.ALL_PRESENT)
    configure(office.OWN_NUMBERS[office.REVEAL_LATEST.code, "tender"], 5)
    widened = widen_to_everybody(base, now=LATER)
    assert widened.rule.policy
    assert base.rule.policy
    assert widened.rule.policy.reveal_present is base.rule.policy.reveal_present is False
    assert widened.reveal_at == base.reveal_at


@pytest.mark.shows("DRAW-34")
def test_a_level_that_is_used_up_does_not_forbid_the_draw() -> None:
    now = NOW + timedelta(hours=2)  # all were in the pool by then
    base = make_short_panel(now=now)  # all seniors sit: nobody is drawn from the first level
    configure(office.CANDIDATES_PER_SEAT, 3)
    later = now + timedelta(minutes=30)
    widened = widen_to_everybody(base, now=later)
    assert widened.rule.content["thin"] == []
    accept_all(widened, now=later)
    assert widened.status == DrawStatus.SUCCESS


@pytest.mark.shows("DRAW-34")
def test_what_the_seal_would_refuse_is_said_when_it_is_asked_for(operator: User) -> None:
    base = make_short_panel(now=NOW)
    configure(office.CANDIDATES_PER_SEAT, 5)  # four are left, and three have sat
    levels = {"g1": [{"any": [SENIOR, EVERYBODY]}]}
    plan = DrawPlan.objects.get(project=base.project)
    with pytest.raises(HeldRefused, match="包括本项目已抽的") as refused:
        request_widening(
            base=base,
            reason=REASON,
            version=plan.version,
            actor=operator,
            now=LATER,
            levels=levels,
        )
    assert "4" not in str(refused.value)
    assert not WideningRequest.objects.exists()
    assert Entry.objects.get(action="draw.held_refused").note == "申请放宽条件补抽"


def test_what_was_asked_ends_when_the_panel_is_complete_without_it(operator: User) -> None:
    """Who was away when his turn came is free again, and takes the seat."""
    base, waiting = make_short_while_somebody_waits(now=NOW)
    levels = {"g1": [SENIOR, EVERYBODY]}
    asked = request_widening(
        base=base, reason=REASON, version=1, levels=levels, actor=operator, now=LATER
    )
    come_back(waiting, now=LATER)
    add_supplement(draw=base, actor=operator, now=LATER, entropy=SeededEntropy(1))
    accept_all(base, now=LATER)
    assert state_of(base) == DrawState.SUCCESS_SUPPLEMENT
    asked.refresh_from_db()
    assert asked.note == "席位已经补足"
    assert "席位已经补足" in Message.objects.get(occasion="request.expired").body


def test_a_seat_that_falls_free_in_the_base_is_drawn_for_by_the_same_conditions(
    client: Client, operator: User
) -> None:
    """Nobody is left in the base, and the widened draw sits full: its order is not for that seat."""
    now = timezone.now()
    base = make_short_panel(now=now, operator=operator)
    widened = widen_to_everybody(base, now=now, actor=operator)
    accept_all(widened, now=now)
    with pytest.raises(WideningRefused):
        widen_to(widened, now=now)
    left = Invitation.objects.filter(draw=base, group="g1").first()
    assert left
    leave(left, now=now)
    assert state_of(base) == DrawState.UNSATISFIED
    login(client, operator)
    page = client.get(reverse("draws:detail", args=[widened.pk])).content.decode()
    assert "按本次的次序，现在没有可以再邀请的人" not in page
    assert "按现在的条件补抽" in page
    page = client.get(reverse("draws:detail", args=[base.pk])).content.decode()
    assert "评审组现在技术缺 1 人" in page
    again = widen_to(widened, now=now)
    accept_all(again, now=now)
    assert again.rule.seats == 1
    assert state_of(base) == DrawState.SUCCESS_SUPPLEMENT
    for draw in valid_draws(base.project):
        assert find_difference(build_record(Draw.objects.get(pk=draw.pk))) is None
    with pytest.raises(WideningRefused):
        widen_to(again, now=now)
