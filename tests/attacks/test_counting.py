"""Whoever may count does not find out who sits where names are sealed (docs/decisions/0080).

The attacker has a project of his own at the time of somebody else's sealed draw, a condition that
singles out each expert, and as many counts as he likes. In many worlds, alike but for whom chance
seated, what he is answered must be the same: the information that it holds about who sits is then
none. The same attack on counts that know all shows that it would tell.
"""

from __future__ import annotations

import json
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Sequence
from datetime import datetime, timedelta
from math import log2
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.draws.enums import Knowledge, ReplyVia
from expertpool.draws.exceptions import DrawNotReady
from expertpool.draws.models import CountTally, DrawPlan, Invitation
from expertpool.draws.queries import participation
from expertpool.draws.queries.board import board_of
from expertpool.draws.queries.chain import is_sealed_by_log
from expertpool.draws.queries.lasting import lasting_of
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.names import release
from expertpool.draws.services.plan import GroupInput
from expertpool.draws.services.prequery import count_candidates
from expertpool.draws.services.replies import answer
from expertpool.draws.services.widening import request_widening, widen_plan
from expertpool.draws.settings import CANDIDATES_PER_SEAT, COUNTS_PER_HOUR
from expertpool.experts.models import Expert
from expertpool.projects.models import Project
from expertpool.workflow.services.two_persons import withdraw
from tests.api.caller import Caller, assert_problem
from tests.factories.batches import make_batch, make_members
from tests.factories.draws import EVERYBODY, expert_id_of, make_draw, make_ready_project
from tests.factories.experts import make_expert, make_unit
from tests.factories.lines import written_otherwise
from tests.factories.picks import allow_manual_ways
from tests.factories.projects import avoid
from tests.factories.siteconfig import configure
from tests.factories.widening import (
    JUNIOR,
    OTHER,
    REASON,
    SENIOR,
    make_pool,
    make_short_draw,
    make_short_panel,
    people,
    widen_to,
)
from tests.fixtures import login

pytestmark = pytest.mark.django_db
NOW = timezone.make_aware(datetime(2026, 11, 24, 9, 0))  # noqa: DTZ001 (a Tuesday)
POOL, SEATS, WORLDS = 6, 2, 8

Observation = Callable[[Client, Project, Sequence[Expert]], Hashable]


@pytest.fixture(autouse=True)
def tuesday(time_machine: Any) -> None:
    time_machine.move_to(NOW, tick=False)


@pytest.fixture
def pool(db: None) -> list[Expert]:
    """Experts of whom each one's years of practice are his alone."""
    return [make_expert(practice_years=years) for years in range(1, POOL + 1)]


@pytest.fixture
def own(pool: list[Expert]) -> Project:
    """The attacker's project: at the time of the other, avoiding all who sit there, once is enough."""
    project = make_ready_project(
        now=NOW,
        frequency_cap=1,
        groups=[GroupInput(f"组{at}", 1, [alone(expert)]) for at, expert in enumerate(pool)],
    )
    day = timezone.localdate(project.opening_at)
    avoid(project, subject="period", from_date=day, to_date=day + timedelta(days=1))
    return project


def alone(expert: Expert) -> dict[str, Any]:
    """The condition that singles ``expert`` out."""
    return {"field": "practice_years", "op": "eq", "value": expert.practice_years}


def anybody_of(experts: Sequence[Expert]) -> dict[str, Any]:
    return {"any": [alone(expert) for expert in experts]}


def who_took_part(node: dict[str, Any]) -> dict[str, Any]:
    return {"all": [node, {"field": "participation", "op": "gte", "value": 1}]}


# --- What he can ask ------------------------------------------------------------------------------


def live_counts(client: Client, own: Project, pool: Sequence[Expert]) -> Hashable:
    """Everybody alone, in halves, and all; who took part, each alone, too."""
    sets = [[one] for one in pool] + [pool[at::2] for at in (0, 1)] + [list(pool)]
    nodes = [anybody_of(one) for one in sets]
    nodes += [who_took_part(node) for node in nodes]
    return tuple(counted(client, own, node) for node in nodes)


def counted(client: Client, own: Project, node: dict[str, Any]) -> tuple[int, ...]:
    page = client.post(
        reverse("draws:plan_count", args=[own.pk]), {"field": "x", "x": json.dumps(node)}
    )
    assert page.status_code == 200
    return tuple(int(number) for number in re.findall(r"<strong>([\d,]+)</strong>", text_of(page)))


def prequery(client: Client, own: Project, pool: Sequence[Expert]) -> Hashable:
    """The page with everything that stands behind its numbers, to whoever sees exclusions, too."""
    return text_of(client.post(reverse("draws:prequery", args=[own.pk])))


def exclusions(client: Client, own: Project, pool: Sequence[Expert]) -> Hashable:
    return text_of(client.get(reverse("draws:exclusions", args=[own.pk])))


def outset(client: Client, own: Project, pool: Sequence[Expert]) -> Hashable:
    return text_of(client.get(reverse("draws:start", args=[own.pk])))


def approval(client: Client, own: Project, pool: Sequence[Expert]) -> Hashable:
    """What is kept for the approver, and shown to whoever hands a plan in."""
    version = DrawPlan.objects.get(project=own).version
    client.post(reverse("draws:plan_submit", args=[own.pk, version]))
    plan = DrawPlan.objects.get(project=own)
    kept = plan.versions.get(number=version)
    return json.dumps([kept.thin, kept.counts])


def hand_picking(client: Client, own: Project, pool: Sequence[Expert]) -> Hashable:
    return text_of(client.get(reverse("draws:pick", args=[own.pk, "manual"])))


def text_of(response: Any) -> str:
    """The page without what is new in each answer."""
    assert response.status_code == 200, response
    page = re.sub(
        r'(csrf[^>]*?(?:value|content)="|nonce="|\?v=)[^"]*', r"\1", response.content.decode()
    )
    return re.sub(r'<meta name="csrf-token"[^>]*>', "", page)


# --- Worlds ---------------------------------------------------------------------------------------


def information(client: Client, own: Project, pool: Sequence[Expert]) -> dict[str, float]:
    """Return which share of who sits the answers to each attack hold: the mutual information of both
    over many worlds, in each of which chance has seated others, of what there is to be learnt."""
    seen: dict[str, list[tuple[Hashable, Hashable]]] = defaultdict(list)
    for seed in range(WORLDS):
        with transaction.atomic():
            draw = make_draw(now=NOW, seats=SEATS, seed=seed)
            lines = Invitation.objects.filter(draw=draw)
            lines.update(state="accepted", replied_at=NOW)
            secret = frozenset(expert_id_of(line) for line in lines)
            for observe in ATTACKS:
                seen[observe.__name__].append((secret, observe(client, own, pool)))
            transaction.set_rollback(True)
    return {name: _share_told(pairs) for name, pairs in seen.items()}


def _share_told(pairs: Sequence[tuple[Hashable, Hashable]]) -> float:
    secrets, answers = zip(*pairs, strict=True)
    return (entropy(secrets) + entropy(answers) - entropy(pairs)) / entropy(secrets)


def entropy(values: Any) -> float:
    counts = Counter(values)
    total = sum(counts.values())
    return -sum(count / total * log2(count / total) for count in counts.values())


def know_all(monkeypatch: pytest.MonkeyPatch) -> None:
    """As it was: whoever counts knows who is held and took part where names are sealed."""
    monkeypatch.setattr(
        participation, "Knowledge", SimpleNamespace(ALL=Knowledge.OPEN, OPEN=Knowledge.OPEN)
    )


ATTACKS: list[Observation] = [live_counts, prequery, exclusions, outset, approval, hand_picking]


@pytest.fixture
def attacker(client: Client, admin: User, own: Project) -> Client:
    """Somebody with every right: he plans, draws, picks, and sees exclusions."""
    allow_manual_ways()
    return login(client, admin)


@pytest.mark.shows("DRAW-02", "DRAW-04")
def test_no_number_before_a_seal_tells_who_sits(
    attacker: Client, own: Project, pool: list[Expert]
) -> None:
    told = information(attacker, own, pool)
    assert told.keys() == {one.__name__ for one in ATTACKS}
    assert all(share < 0.03 for share in told.values()), told


@pytest.mark.shows("DRAW-02")
def test_nor_does_any_number_of_a_batch(attacker: Client, own: Project, pool: list[Expert]) -> None:
    """Several projects at several times are asked at once."""
    make_batch([own, *make_members(72, 100, now=NOW)], now=NOW)
    told = information(attacker, own, pool)
    assert all(share < 0.03 for share in told.values()), told


def test_the_same_attacks_would_tell_if_counts_knew_all(
    attacker: Client, own: Project, pool: list[Expert], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: what the test above finds nothing in holds nearly everything here."""
    know_all(monkeypatch)
    told = information(attacker, own, pool)
    # Those that are listed one by one never depended on who is held.
    assert told.pop("exclusions") < 0.03
    assert all(share > 0.8 for share in told.values()), told


# --- How often ------------------------------------------------------------------------------------


@pytest.mark.shows("DRAW-02")
def test_who_counts_too_often_is_told_so_and_may_go_on_planning(
    client: Client, operator: User, own: Project, pool: list[Expert], time_machine: Any
) -> None:
    configure(COUNTS_PER_HOUR, 10)
    login(client, operator)
    for _ in range(10):
        counted(client, own, alone(pool[0]))
    page = client.post(
        reverse("draws:plan_count", args=[own.pk]), {"field": "x", "x": json.dumps(alone(pool[1]))}
    )
    assert page.status_code == 429
    assert page.headers["HX-Reswap"] == "innerHTML"  # told in its place
    assert "填写和保存不受影响" in page.content.decode()
    assert client.get(reverse("draws:plan", args=[own.pk])).status_code == 200
    # No way around by the other counts.
    for name in ("prequery", "start"):
        answer = client.post if name == "prequery" else client.get
        there = answer(reverse(f"draws:{name}", args=[own.pk]), follow=True)
        assert "已满 10 次" in there.content.decode()
    caller = Caller(operator)
    assert_problem(caller.post(f"/projects/{own.pk}/prequery"), 429, "too-many-counts")
    time_machine.move_to(NOW + timedelta(hours=1), tick=False)
    assert counted(client, own, alone(pool[0])) == (1, 1)


@pytest.mark.parametrize("held", [0, 1])
def test_how_long_candidates_last_says_not_whether_somebody_is_held(
    client: Client, operator: User, held: int
) -> None:
    """Twelve by the pre-query, two seats: with eleven the word was another, and the moment gave the number."""
    for _ in range(12):
        make_expert()
    if held:
        make_draw(now=NOW, seats=1)
    draw = make_draw(now=NOW, operator=operator, seats=2)
    assert draw.candidate_count == 12 - held
    page = reverse("draws:detail", args=[draw.pk])
    assert "备选专家：综合充足。" in login(client, operator).get(page).content.decode()
    written_otherwise(*draw.invitations.all(), state="declined")
    found = lasting_of(draw, board_of(draw), now=NOW + timedelta(minutes=10))
    assert found is not None
    # Two exits in ten minutes; ten are left of twelve.
    assert found.until == NOW + timedelta(minutes=60)


@pytest.mark.parametrize("held", [0, 1])
def test_of_few_candidates_no_word_says_that_they_are_used_up(
    client: Client, operator: User, held: int
) -> None:
    """Of three whom his conditions leave, 已用完 and 已全部问过 said that all had a letter, and none sat elsewhere."""
    for _ in range(3):
        make_expert()
    if held:
        make_draw(now=NOW, seats=1)
    draw = make_draw(now=NOW, operator=operator, seats=2)
    found = lasting_of(draw, board_of(draw), now=NOW)
    assert (found.words, found.until, found.to_opening) == ("综合不多", None, False)  # type: ignore[union-attr]
    asked: set[int] = set()
    page = reverse("draws:detail", args=[draw.pk])
    while line := draw.invitations.filter(state="invited").first():
        asked.add(line.pk)
        shown = login(client, operator).get(page).content.decode()
        assert "备选专家：综合不多。" in shown
        answer(
            invitation=line,
            accept=False,
            reason="出差",
            via=ReplyVia.LINK,
            now=NOW,
            entropy=SeededEntropy(1),
        )
    assert len(asked) == 3 - held
    shown = client.get(page).content.decode()
    assert "现在没有可以再邀请的人" in shown
    assert "再补抽一次" in shown  # whether anybody was passed over
    for word in ("全部问过", "用完", "备选专家"):
        assert word not in shown


@pytest.mark.shows("DRAW-34")
def test_comparing_wider_conditions_is_counting(client: Client, operator: User) -> None:
    configure(COUNTS_PER_HOUR, 10)
    base = make_short_panel(now=NOW, operator=operator)
    address = reverse("draws:widen_compare", args=[base.project_id])

    def compare(years: int) -> Any:
        asked = {"field": "practice_years", "op": "gte", "value": years}
        levels = {"g1-level": ["1"], "g1-l1-criteria": json.dumps(asked), "version": 1}
        return login(client, operator).post(address, levels)

    before = sum(CountTally.objects.values_list("times", flat=True))
    for years in range(10 - before):
        assert "符合" in compare(years).content.decode()
    tally = CountTally.objects.get(user=operator, project=base.project)
    assert "放宽条件对照：从业年限" in tally.last
    assert Entry.objects.filter(action="draw.count", actor=operator).exists()
    refused = compare(20)
    assert (refused.status_code, refused.headers["HX-Reswap"]) == (429, "innerHTML")
    assert "已满 10 次" in refused.content.decode()
    assert "新旧条件对照" not in refused.content.decode()


def test_what_completes_a_panel_is_refused_alike_whoever_sits_in_its_other_groups(
    operator: User,
) -> None:
    """A first level that singles one person out was refused as too few, unless he sat there already."""
    make_pool(2, 0, 12)
    pool = [make_expert(title_level=3, practice_years=years) for years in range(31, 34)]
    base = make_short_draw(now=NOW)
    configure(CANDIDATES_PER_SEAT, 2)
    (sits,) = {one.pk for one in pool} & set(people(base))
    assert base.released_at is None
    said = {}
    for one in pool:
        levels = {"g1": [alone(one), SENIOR, EVERYBODY]}
        plan = widen_plan(project=base.project, levels=levels, actor=operator, now=NOW)
        asked = {"base": base, "reason": REASON, "version": plan.version}
        with pytest.raises(DrawNotReady) as refused:
            request_widening(**asked, actor=operator, now=NOW)
        said[one.pk] = str(refused.value)
    assert "第 1 级次 1 名候选人" in said[sits]
    assert len(set(said.values())) == 1


def test_what_completes_a_panel_is_asked_for_in_vain_few_times(operator: User) -> None:
    """That it could be asked for said that nobody of a level sits anywhere, and cost nothing."""
    make_pool(2, 1, 12)
    base = make_short_draw(now=NOW)
    plan = widen_plan(
        project=base.project, levels={"g1": [SENIOR, EVERYBODY]}, actor=operator, now=NOW
    )
    asked: dict[str, Any] = {"base": base, "reason": REASON, "version": plan.version}
    for _ in range(2):  # the draw that fell short was of few, and is one (0362)
        withdraw(request_widening(**asked, actor=operator, now=NOW), actor=operator, now=NOW)
    with pytest.raises(DrawNotReady, match=r"申请没有办成.*已有 3 次"):
        request_widening(**asked, actor=operator, now=NOW)
    request_widening(**asked, actor=operator, now=NOW + timedelta(hours=25))


@pytest.mark.parametrize("sits", [True, False], ids=["sits", "sits not"])
def test_nor_does_the_log_say_that_a_colleague_of_whoever_is_drawn_sits_already(
    client: Client, admin: User, sits: bool
) -> None:
    """The protocol has one cap for all units, so that a draw which completes a panel is sealed with the least room that any
    of its candidates' units has left there."""
    unit = make_unit("市设计院")
    make_expert(title_level=4)
    make_expert(title_level=3, employer=unit if sits else None)
    groups = [GroupInput("技术", 2, [SENIOR]), GroupInput("经济", 1, [JUNIOR])]
    base = make_short_draw(now=NOW, groups=groups, unit_cap=2)
    make_expert(title_level=1, employer=unit)
    later = widen_to(base, now=NOW, g1=[SENIOR, OTHER])
    assert later.rule.unit_cap == (1 if sits else 2)
    entry = Entry.objects.get(action="draw.seal", subject_id=str(later.pk))
    assert entry.after
    assert "unit_cap" not in entry.after["规则"]
    assert entry.after["规则"]["panel_unit_cap"] == 2, "as the plan says"
    page = text_of(login(client, admin).get(reverse("audit:entry_detail", args=[entry.pk])))
    assert "panel_unit_cap 2" in page
    assert " unit_cap" not in page.replace("，", " ")
    # What the log has of the rule is still what the draw is held to.
    proven = [entry]
    assert is_sealed_by_log(later, proven)
    later.rule_content["panel_unit_cap"] = 3
    assert not is_sealed_by_log(later, proven)


@pytest.mark.shows("DRAW-02")
def test_each_count_is_noted_with_what_was_asked_last(
    client: Client, operator: User, supervisor: User, own: Project, pool: list[Expert]
) -> None:
    login(client, operator)
    for expert in pool:
        counted(client, own, alone(expert))
    tally = CountTally.objects.get(user=operator, project=own)
    assert tally.times == POOL
    assert f"{POOL} 年" in tally.last
    # The log is not flooded: one entry an hour says that somebody counts here.
    (entry,) = Entry.objects.filter(action="draw.count")
    assert (entry.actor, entry.subject_id) == (operator, str(own.pk))
    page = login(client, supervisor).get(reverse("draws:exclusions", args=[own.pk]))
    assert f"{POOL} 次" in text_of(page)
    assert tally.last in text_of(page)


def test_what_is_said_of_the_whole_pool_is_rough_and_narrowed_by_nothing(
    client: Client, operator: User, own: Project, pool: list[Expert]
) -> None:
    login(client, operator)
    make_draw(now=NOW, seats=SEATS)
    page = text_of(client.post(reverse("draws:prequery", args=[own.pk])))
    assert "这段时间全库另有不到 10 个席位已被占用" in page
    for _ in range(12):
        make_expert()
    draw = make_draw(now=NOW, seats=12)
    plan = DrawPlan.objects.get(project=own)
    assert count_candidates(plan, now=NOW).sealed_seats == 10
    release(draw_id=draw.pk, now=draw.reveal_at)
    assert count_candidates(plan, now=NOW).sealed_seats == 0
