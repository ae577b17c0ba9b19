"""An errand ends by itself once what it asks for has happened, and rules are told of that."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
import time_machine
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.automation.enums import FiringState
from expertpool.automation.exceptions import RuleRefused
from expertpool.automation.models import Errand, EventRule, Occurrence
from expertpool.automation.queries.firings import errands_waiting_for
from expertpool.automation.queries.rules import latest_version
from expertpool.automation.services.acting import replay
from expertpool.automation.services.demo import ensure_demo_rules
from expertpool.automation.services.happening import consider
from expertpool.automation.services.rules import ActionData
from expertpool.draws.enums import DrawStatus
from expertpool.draws.models import Draw
from expertpool.draws.services.demo_rules import DEMO_RULES
from expertpool.draws.services.entropy import SeededEntropy
from expertpool.draws.services.sealing import start_draw
from expertpool.projects.models import Project
from tests.factories.automation import ERRAND, make_rule, settle_rules
from tests.factories.batches import draw_batch, make_batch, make_members
from tests.factories.draws import make_draw, make_ready_project
from tests.factories.experts import make_expert
from tests.factories.projects import make_project
from tests.factories.widening import accept_all, make_short_panel, widen_to_everybody
from tests.fixtures import login

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.usefixtures("no_quiet_hours"),
    pytest.mark.shows("OVW-07"),
]
HOUR = timedelta(hours=1)
ENDING = ActionData(ERRAND.action, {**ERRAND.values, "until": "draws.sealed"})
SHORT = ActionData(
    ERRAND.action,
    {
        "role": "operator",
        "errand": "{{抽取编号}} 缺人",
        "until": "draws.sealed",
        "or_until": "draws.ended",
    },
)
UNSATISFIED = {"field": "status", "op": "in", "value": ["unsatisfied"]}


def draw_of(project: Project, operator: User) -> Draw:
    return start_draw(
        project=project, actor=operator, now=timezone.now(), entropy=SeededEntropy(project.pk)
    )


@pytest.fixture
def waiting(operator: User) -> Project:
    """An approved project whose draw the office is asked to arrange."""
    for _ in range(4):
        make_expert()
    make_rule(ENDING)
    project = make_ready_project(now=timezone.now(), seats=2)
    settle_rules()
    return project


def test_what_was_asked_is_done_once_it_has_happened(
    client: Client, operator: User, waiting: Project
) -> None:
    other = make_ready_project(now=timezone.now(), seats=1)
    settle_rules()
    assert errands_waiting_for(operator).count() == 2
    draw_of(waiting, operator)
    settle_rules()
    [left] = errands_waiting_for(operator)  # that of the other project stays
    assert left.text == f"安排「{other.name}」抽取"
    ended = Errand.objects.get(done_at__isnull=False)
    assert (ended.done_by, ended.ended_by.kind if ended.ended_by else "") == (None, "draws.sealed")
    [entry] = Entry.objects.filter(action="automation.errand_ended")
    assert entry.actor_id is None
    assert entry.note == f"安排「{waiting.name}」抽取：「抽取已封存」已发生"
    # In the words of the list, and once.
    page = login(client, operator).get(reverse("automation:errands") + "?tab=done").content.decode()
    assert "自动办结" in page
    assert "抽取已封存" in page
    settle_rules()
    assert Entry.objects.filter(action="automation.errand_ended").count() == 1


def test_what_has_happened_before_is_not_asked_for(operator: User) -> None:
    make_expert()
    make_rule(ENDING)
    project = make_ready_project(now=timezone.now(), seats=1)
    draw_of(project, operator)  # before any job ran
    sealed = Occurrence.objects.get(kind="draws.sealed")
    # Its job comes first.
    consider(occurrence_id=sealed.pk, now=timezone.now())
    [firing] = settle_rules()
    assert (firing.state, firing.detail) == (FiringState.SKIPPED, "「抽取已封存」已发生，不用再办")
    assert not Errand.objects.exists()
    # Whoever has it done again means it.
    replay(firing=firing, actor=operator, now=timezone.now())
    settle_rules()
    assert Errand.objects.get().done_at is None


def test_a_draw_for_several_projects_ends_what_waits_for_each(
    operator: User, waiting: Project
) -> None:
    now = timezone.now()
    batch = make_batch(make_members(72, 75, now=now), now=now, actor=operator, seats=1)
    settle_rules()
    assert errands_waiting_for(operator).count() == 3
    draw_batch(batch, now=now)
    settle_rules()
    [left] = errands_waiting_for(operator)
    assert left.text == f"安排「{waiting.name}」抽取"


def test_who_is_missing_is_looked_for_no_more_once_the_draw_was_widened(operator: User) -> None:
    make_rule(SHORT, event="draws.ended", condition=UNSATISFIED)
    now = timezone.now()
    base = make_short_panel(now=now)
    assert base.status == DrawStatus.UNSATISFIED
    settle_rules(now=now + 2 * HOUR)
    [errand] = errands_waiting_for(operator)
    assert errand.text == f"{base.number} 缺人"
    widen_to_everybody(base, now=timezone.now())
    settle_rules(now=now + 2 * HOUR)
    assert not errands_waiting_for(operator).exists()


def test_widened_before_the_end_is_told_nobody_is_asked_for_more(operator: User) -> None:
    make_rule(SHORT, event="draws.ended", condition=UNSATISFIED)
    now = timezone.now()
    base = make_short_panel(now=now)
    widen_to_everybody(base, now=now)
    settle_rules(now=now)  # the sealing is told at once, the end at the full hour
    [firing] = settle_rules(now=now + 2 * HOUR)
    assert firing.state == FiringState.SKIPPED
    assert not Errand.objects.exists()


def test_an_errand_ends_no_sooner_than_rules_are_told(operator: User) -> None:
    """Gone at 18:20, it would say that somebody answered then."""
    at = next_hour(timezone.now()) + timedelta(minutes=20)
    for _ in range(2):
        make_expert()
    until = ActionData(ERRAND.action, {**SHORT.values, "until": "draws.ended", "or_until": ""})
    make_rule(until, event="draws.sealed")
    with time_machine.travel(at, tick=False):
        draw = make_draw(now=at, seats=2)
        settle_rules(now=at)
        assert errands_waiting_for(operator).count() == 1
        accept_all(draw, now=at)
        assert Draw.objects.get(pk=draw.pk).ended_at == at
        settle_rules(now=at)
        assert errands_waiting_for(operator).count() == 1
        assert not Entry.objects.filter(action="automation.errand_ended").exists()
    due = next_hour(at)
    settle_rules(now=due)
    assert not errands_waiting_for(operator).exists()
    assert Errand.objects.get().done_at == due


def next_hour(at: datetime) -> datetime:
    return at.replace(minute=0, second=0, microsecond=0) + HOUR


def test_only_what_can_be_about_the_same_ends_it(client: Client, admin: User) -> None:
    with pytest.raises(RuleRefused, match="无关"):
        make_rule(ActionData(ERRAND.action, {**ERRAND.values, "until": "experts.approved"}))
    assert not Errand.objects.exists()
    page = login(client, admin).post(
        reverse("automation:rows"),
        {"event": "projects.approved", "action": ["1"], "a1-do": ERRAND.action, "op": "look"},
    )
    shown = page.content.decode().partition("以下事件发生后自动办结")[2]
    assert "抽取已封存" in shown
    assert "专家入库" not in shown.partition("</select>")[0]


def test_what_nobody_has_given_is_not_ended(operator: User, waiting: Project) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE automation_errand SET text = '别的'")
    draw_of(waiting, operator)
    settle_rules()
    assert Errand.objects.get().done_at is None


def test_the_database_wants_one_who_ended_it(operator: User, waiting: Project) -> None:
    row = Errand.objects.filter(done_at__isnull=True)
    one = Occurrence.objects.first()
    wrong: list[dict[str, object]] = [
        {"done_at": timezone.now()},
        {"done_at": timezone.now(), "done_by": operator, "ended_by": one},
        {"ended_by": one},
    ]
    for values in wrong:
        with pytest.raises(IntegrityError), transaction.atomic():
            row.update(**values)


def test_a_version_of_another_shape_breaks_no_event(operator: User, waiting: Project) -> None:
    version = latest_version(EventRule.objects.get())
    assert version is not None
    for actions in ('"x"', "[1]", '[{"values": 1}]', '[{"values": {"until": ["a"]}}]'):
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO automation_ruleversion (rule_id, number, name, purpose, event, condition, actions,"
                " words, active, created_at, created_by_id, proof) SELECT rule_id, (SELECT max(number) + 1 FROM"
                " automation_ruleversion), name, purpose, event, condition, %s::jsonb, words, active, created_at,"
                " created_by_id, proof FROM automation_ruleversion WHERE id = %s",
                [actions, version.pk],
            )
        make_project("approved")
        settle_rules()


def test_the_rules_of_the_demo_end_what_they_ask(admin: User) -> None:
    ensure_demo_rules(DEMO_RULES, actor=admin, now=timezone.now())
    said = [
        words
        for rule in EventRule.objects.all()
        if (version := latest_version(rule))
        for words in version.words["actions"]
        if "待办" in words
    ]
    assert [one.rpartition("（")[2] for one in said] == [
        "「抽取已封存」后自动办结）",
        "「抽取已封存」或「抽取结束」后自动办结）",
    ]
