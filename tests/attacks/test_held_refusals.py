"""What is refused because of sealed names tells nothing but that, is told on, and ends after a few
tries (docs/decisions/0080)."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws.enums import ReplyVia
from expertpool.draws.exceptions import DrawNotReady, HeldRefused
from expertpool.draws.models import Draw, DrawPlan, Invitation, PickRequest
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.picking import agree_to_picks, read_picks
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.plan_approval import decide_plan, submit_plan
from expertpool.draws.services.prequery import count_candidates
from expertpool.draws.services.replies import answer
from expertpool.draws.services.sealing import abandon_draw, start_draw
from expertpool.draws.settings import CANDIDATES_PER_SEAT
from expertpool.experts.models import Expert
from expertpool.notifications.models import Message
from expertpool.projects.models import Project
from expertpool.workflow.services.two_persons import withdraw
from tests.api.caller import Caller, assert_problem
from tests.factories.accounts import make_user
from tests.factories.batches import make_batch, make_members
from tests.factories.draws import expert_id_of, make_draw, make_plan, make_ready_project
from tests.factories.experts import make_expert
from tests.factories.picks import allow_manual_ways, ask_for
from tests.factories.siteconfig import configure
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001


@pytest.fixture(autouse=True)
def tuesday(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def runner(operator: User) -> Caller:
    """A platform that runs draws as the operator."""
    return Caller(operator)


@pytest.fixture(autouse=True)
def two_for_a_seat(db: None) -> None:
    configure(CANDIDATES_PER_SEAT, 2)


def alone(expert: Expert) -> dict[str, Any]:
    return {"field": "practice_years", "op": "eq", "value": expert.practice_years}


def group_of(*experts: Expert) -> GroupInput:
    return GroupInput("组", 1, [{"any": [alone(expert) for expert in experts]}])


def make_pool(count: int) -> list[Expert]:
    return [make_expert(practice_years=years) for years in range(1, count + 1)]


def hold(*experts: Expert) -> None:
    """Seat one of two ``experts``, or the only one there is to be seated."""
    configure(CANDIDATES_PER_SEAT, 0)
    make_draw(now=NOW, groups=[group_of(*experts)])
    configure(CANDIDATES_PER_SEAT, 2)


def start(project: Project, operator: User, *, now: datetime = NOW) -> Draw:
    return start_draw(project=project, actor=operator, now=now, entropy=SeededEntropy(1))


def refusal(project: Project, operator: User, *, now: datetime = NOW) -> str:
    with pytest.raises(HeldRefused) as refused:
        start(project, operator, now=now)
    return str(refused.value)


def approve(project: Project, operator: User, *, now: datetime = NOW) -> Any:
    version = DrawPlan.objects.get(project=project).version
    handed_in = submit_plan(project=project, version=version, actor=operator, now=now)
    by = make_user("supervisor", name="周监督")
    decide_plan(
        project=project, version=handed_in.number, agree=True, note="可以", actor=by, now=now
    )
    return handed_in


@pytest.mark.shows("DRAW-12", "DRAW-14")
def test_too_few_only_because_of_sealed_names_is_refused_without_a_number(
    operator: User, supervisor: User
) -> None:
    one, other, third = make_pool(3)
    hold(one)
    project = make_ready_project(now=NOW, groups=[group_of(one, other)])
    text = refusal(project, operator)
    # Whoever of the two is held, the words are the same.
    hold(third)
    make_plan(project, now=NOW, groups=[group_of(other, third)])
    assert refusal(project, operator) == text
    assert not re.search(r"\d", text)
    assert not Draw.objects.filter(project=project).exists()
    entries = Entry.objects.filter(action="draw.held_refused")
    assert [(entry.actor, entry.subject_id) for entry in entries] == [
        (operator, str(project.pk))
    ] * 2
    assert not any(entry.after for entry in entries)
    told = set(Message.objects.filter(occasion="draw.held_refused").values_list("key", flat=True))
    assert {f"held-refused:{one.pk}:{supervisor.pk}:site" for one in entries} <= told


def test_what_may_be_told_is_told_whoever_is_held(operator: User) -> None:
    """Narrowed to one expert, a plan is refused for that, and not for what he does elsewhere."""
    free, held = make_pool(2)
    hold(held)
    texts = set()
    for expert in (free, held):
        project = make_ready_project(now=NOW, groups=[group_of(expert)])
        with pytest.raises(DrawNotReady) as refused:
            start(project, operator)
        assert not isinstance(refused.value, HeldRefused)
        texts.add(str(refused.value))
    assert len(texts) == 1
    assert "1 名候选人要坐 1 个席位" in texts.pop()
    assert not Entry.objects.filter(action="draw.held_refused").exists()


@pytest.mark.shows("DRAW-14")
def test_after_a_few_tries_nobody_tries_again_that_day(operator: User) -> None:
    experts = make_pool(4)
    hold(experts[0])
    project = make_ready_project(now=NOW, groups=[group_of(*experts[:2])])
    for _ in range(3):
        refusal(project, operator)
    # Even who is free: that he is not refused would be an answer.
    make_plan(project, now=NOW, groups=[group_of(*experts[2:])])
    with pytest.raises(DrawNotReady, match="24 小时内本项目"):
        start(project, operator)
    elsewhere = make_ready_project(now=NOW, groups=[group_of(*experts[2:])])
    # never tried itself: what counts are the person's other projects, and that is said
    with pytest.raises(DrawNotReady, match=r"24 小时内您经办的各项目.*合计 3 次"):
        start(elsewhere, operator)
    with pytest.raises(DrawNotReady, match="24 小时内"):
        start(project, make_user("operator"))
    assert Entry.objects.filter(action="draw.held_refused").count() == 3
    assert start(elsewhere, operator, now=NOW + timedelta(hours=25)).seal


def test_the_tries_of_a_batch_are_one_whoever_starts_it_from_which_member() -> None:
    one, held = make_pool(2)
    hold(held)
    batch = make_batch(make_members(72, 96, now=NOW), now=NOW, groups=[group_of(one, held)])
    members = list(batch.members)
    for member in (*members, members[1]):
        refusal(member, make_user("operator"))
    with pytest.raises(DrawNotReady, match="24 小时内本项目"):
        start(members[1], make_user("operator"))


def test_who_seals_and_gives_up_tries_as_well(operator: User) -> None:
    """That a seal was possible says as much as that it was not."""
    experts = make_pool(2)
    project = make_ready_project(
        now=NOW, groups=[group_of(*experts)], contributors=["operator", "supervisor"]
    )
    for _ in range(3):
        abandon_draw(draw=start(project, operator), reason="再看看", actor=operator, now=NOW)
    with pytest.raises(DrawNotReady, match="24 小时内"):
        start(project, operator)


@pytest.mark.shows("DRAW-12")
def test_an_approval_that_knows_of_it_lets_the_draw_go_on(operator: User) -> None:
    one, other = make_pool(2)
    hold(one)
    project = make_ready_project(now=NOW, groups=[group_of(one, other)])
    assert not approve(project, operator).thin  # nobody was told anything
    for _ in range(3):
        refusal(project, operator, now=NOW + timedelta(minutes=1))
    later = NOW + timedelta(minutes=2)
    (told,) = approve(project, operator, now=later).thin
    assert "占用" in told["text"]
    assert not re.search(r"\d", told["text"])
    draw = start(project, operator, now=later)
    assert draw.candidate_count == 1
    assert expert_id_of(Invitation.objects.get(draw=draw)) == other.pk


@pytest.mark.shows("DRAW-12")
def test_no_approval_is_asked_for_where_none_can_help(operator: User) -> None:
    one, other = make_pool(2)
    hold(one)
    project = make_ready_project(now=NOW, groups=[group_of(one, other)])
    assert "请提交方案审核，批准后可以抽取" in refusal(project, operator)
    approve(project, operator)
    asked_again = refusal(project, operator, now=NOW + timedelta(minutes=1))
    assert "方案虽已批准" in asked_again
    assert "批准后可以抽取" not in asked_again
    hold(other)  # none or one: the words are the same until somebody agrees to either
    assert refusal(project, operator, now=NOW + timedelta(minutes=1)) == asked_again
    later = NOW + timedelta(minutes=2)
    assert approve(project, operator, now=later).thin
    told = refusal(project, operator, now=later)
    assert "已经没有人可以抽取" in told
    assert "请放宽条件、增加级次、改评审时间，或先在专家库增加专家" in told
    assert not Draw.objects.filter(project=project).exists()


def test_where_nobody_fits_at_all_no_approval_is_asked_for(operator: User) -> None:
    (gone,) = make_pool(1)
    project = make_ready_project(now=NOW, groups=[group_of(gone)])
    Expert.objects.update(status="frozen")
    with pytest.raises(DrawNotReady, match=r"提交方案审核也无济于事.*先在专家库增加专家"):
        start(project, operator)
    approve(project, operator)
    with pytest.raises(DrawNotReady, match="没有一名专家符合条件"):
        start(project, operator)


def test_counts_that_were_approved_shrink_by_what_may_be_told_alone(operator: User) -> None:
    experts = make_pool(4)
    project = make_ready_project(now=NOW, groups=[group_of(*experts)])
    approve(project, operator)
    hold(experts[0])
    hold(experts[1])
    assert start(project, operator).candidate_count == 2


@pytest.mark.shows("DRAW-14")
def test_the_interface_logs_what_a_repeated_call_is_refused(
    runner: Caller, supervisor: User
) -> None:
    """The transaction of a call with a key is undone when it is refused; that it was tried stays."""
    one, other = make_pool(2)
    hold(one)
    project = make_ready_project(now=NOW, groups=[group_of(one, other)])
    answer = runner.post(f"/projects/{project.pk}/draws", {"plan_version": 1}, key="once")
    assert_problem(answer, 409, "draw-refused")
    assert Entry.objects.filter(action="draw.held_refused").count() == 1
    assert Message.objects.filter(occasion="draw.held_refused").exists()


@pytest.mark.shows("DRAW-21")
def test_who_chooses_by_hand_alone_learns_nothing(
    client: Client, admin: User, operator: User, supervisor: User
) -> None:
    free, held = make_pool(2)
    hold(held)
    configure(CANDIDATES_PER_SEAT, 0)
    allow_manual_ways()
    project = make_ready_project(now=NOW, seats=2, groups=[GroupInput("组", 2, [{"all": []}])])
    page = login(client, admin).get(reverse("draws:pick", args=[project.pk, "manual"]))
    assert held.number in page.content.decode()
    assert page.content.decode().count("365 天内参评 0 次") == 2
    asked = ask_for(project, [free, held], actor=admin, now=NOW)
    assert asked.draw.candidate_count == 2
    read_picks(request=asked, actor=supervisor, now=NOW)
    with pytest.raises(HeldRefused) as refused:
        agree_to_picks(request=asked, actor=supervisor, now=NOW, entropy=SeededEntropy(1))
    for word in (held.name, held.number, free.name, free.number, "冲突"):
        assert word not in str(refused.value)
    (entry,) = Entry.objects.filter(action="draw.held_refused")
    assert entry.actor == supervisor


def test_two_who_try_one_name_after_the_other_do_not_go_on(admin: User, supervisor: User) -> None:
    """A list of one, refused, says that he is held; so it is told, and limited."""
    experts = make_pool(5)
    for expert in experts[:4]:
        hold(expert)
    configure(CANDIDATES_PER_SEAT, 0)
    allow_manual_ways()
    project = make_ready_project(now=NOW, seats=1, groups=[GroupInput("组", 1, [{"all": []}])])

    def tried(expert: Expert) -> PickRequest:
        asked = ask_for(project, [expert], actor=admin, now=NOW)
        read_picks(request=asked, actor=supervisor, now=NOW)
        agree_to_picks(request=asked, actor=supervisor, now=NOW, entropy=SeededEntropy(1))
        return asked

    for expert in experts[:3]:
        with pytest.raises(HeldRefused):
            tried(expert)
        withdraw(PickRequest.objects.latest("pk"), actor=admin, now=NOW)
    # Neither who is held nor who is free.
    for expert in experts[3:]:
        with pytest.raises(DrawNotReady, match="24 小时内") as refused:
            tried(expert)
        assert not isinstance(refused.value, HeldRefused)
        withdraw(PickRequest.objects.latest("pk"), actor=admin, now=NOW)
    assert Entry.objects.filter(action="draw.held_refused").count() == 3


@pytest.mark.shows("DRAW-03")
def test_a_sealed_draw_tells_its_numbers_with_the_names(
    client: Client, admin: User, runner: Caller
) -> None:
    """Made for it, the numbers of one's own draw would tell who sits in another's."""
    one, other, third = make_pool(3)
    hold(one)
    draw = make_draw(now=NOW, groups=[group_of(one, other, third)])
    assert draw.rule.exclusions == {"held": 1}

    def pages() -> list[str]:
        login(client, admin)
        names = ("draws:detail", "draws:room")
        addresses = [reverse(name, args=[draw.pk]) for name in names]
        addresses.append(reverse("draws:verify_draw", args=[draw.public_id]))
        return [client.get(address).content.decode() for address in addresses]

    def excluded() -> str:
        return client.get(reverse("draws:exclusions", args=[draw.project_id])).content.decode()

    for page in pages():
        assert not re.search(r"候选(人数?)?\D{0,40}2 人", page)
        assert "时间冲突" not in page
    assert "名单公开" in excluded()
    assert runner.get(f"/draws/{draw.pk}").json()["candidate_count"] is None
    (entry,) = Entry.objects.filter(action="draw.seal", subject_id=str(draw.pk))
    assert "候选人数" not in entry.after
    assert "exclusions" not in entry.after["规则"]
    release(draw_id=draw.pk, now=draw.reveal_at)
    draw.refresh_from_db()
    told = "".join(pages())
    assert "时间冲突" in told
    assert "候选 2 人" in told
    assert runner.get(f"/draws/{draw.pk}").json()["candidate_count"] == 2


@pytest.mark.shows("DRAW-05")
def test_who_took_part_counts_once_the_names_are_public(operator: User) -> None:
    one, other = make_pool(2)
    configure(CANDIDATES_PER_SEAT, 0)
    first = make_draw(now=NOW, groups=[group_of(one)])
    answer(
        invitation=Invitation.objects.get(draw=first),
        accept=True,
        reason="",
        via=ReplyVia.LINK,
        now=NOW,
        entropy=SeededEntropy(3),
    )
    node = {"field": "participation", "op": "gte", "value": 1}
    project = make_ready_project(
        now=NOW, opens_in_hours=300, groups=[GroupInput("组", 1, [node, alone(other)])]
    )
    plan = DrawPlan.objects.get(project=project)

    def by_level() -> dict[int, int]:
        return dict(count_candidates(plan, now=NOW).groups[0].by_level)

    assert by_level() == {2: 1}
    draw = start(project, operator)
    # At the seal, too: whom the first level finds stands in the record.
    assert draw.candidate_count == 1
    release(draw_id=first.pk, now=first.reveal_at)
    assert by_level() == {1: 1, 2: 1}
