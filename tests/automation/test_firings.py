"""What happens reaches rules once, and each action is done once, with its outcome."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.db import DatabaseError, OperationalError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from expertpool.accounts.models import Department, User
from expertpool.automation.enums import FiringState
from expertpool.automation.exceptions import ErrandRefused, ReplayRefused
from expertpool.automation.models import Errand, Firing, Occurrence
from expertpool.automation.queries.firings import (
    errands_visible_to,
    errands_waiting_for,
    firings_visible_to,
)
from expertpool.automation.registry import EVENT_KINDS, RULE_ACTIONS, EventKind, RuleAction
from expertpool.automation.services import acting
from expertpool.automation.services.acting import act, replay
from expertpool.automation.services.effects import finish_errand
from expertpool.automation.services.happening import acting as cause
from expertpool.automation.services.happening import consider, hear
from expertpool.automation.services.rules import ActionData, switch_rule
from expertpool.automation.services.trials import try_rule
from expertpool.automation.settings import MOST_OF_ONE
from expertpool.core.home import todos_for
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Tag
from expertpool.experts.services.status import freeze_expert, unfreeze_expert
from expertpool.notifications.models import Message
from expertpool.projects.events import ProjectApproved
from tests.factories.accounts import make_department, make_user
from tests.factories.automation import (
    ERRAND,
    FREEZE,
    TELL,
    make_rule,
    rule_data,
    settle_rules,
)
from tests.factories.experts import make_expert
from tests.factories.projects import make_project
from tests.factories.siteconfig import configure

pytestmark = pytest.mark.django_db
TOLD = "automation.told"


def outcomes() -> list[tuple[str, str]]:
    return [(one.action, one.state) for one in settle_rules()]


def test_a_message_goes_to_whom_the_rule_says_once(operator: User) -> None:
    make_rule()
    project = make_project("approved", applicant=operator, name="桥梁加固")
    [firing] = settle_rules()
    assert (firing.state, firing.detail) == (FiringState.DONE, "已通知 1 人")
    message = Message.objects.get(occasion=TOLD)
    assert (message.subject, message.body) == ("可以抽取了", "「桥梁加固」已审核通过。")
    assert message.recipient == operator.name
    # The same fact, told and done again, is the same.
    hear(ProjectApproved(project.pk), now=timezone.now())
    act(firing_id=firing.pk, now=timezone.now())
    consider(occurrence_id=firing.occurrence_id, now=timezone.now())
    assert len(settle_rules()) == 1
    assert Message.objects.filter(occasion=TOLD).count() == 1


def test_the_condition_says_of_which_rows() -> None:
    make_rule(condition={"field": "regime", "op": "in", "value": ["internal"]})
    make_project("approved")
    assert settle_rules() == []
    make_project("approved", regime="internal")
    assert len(settle_rules()) == 1


def test_of_what_no_rule_is_about_nothing_is_noted() -> None:
    rule = make_rule()
    switch_rule(rule=rule, active=False, actor=make_user("admin"), now=timezone.now())
    make_project("approved")
    assert not Occurrence.objects.exists()


def test_what_is_undone_has_not_happened() -> None:
    make_rule()
    with transaction.atomic():
        make_project("approved")
        assert Occurrence.objects.exists()
        transaction.set_rollback(True)
    assert not Occurrence.objects.exists()


def test_of_a_role_only_those_are_told_who_may_see_the_row() -> None:
    here, elsewhere = make_department("甲部"), make_department("乙部")
    near, far = (make_user("department", department=one) for one in (here, elsewhere))
    values = TELL.values | {"whom": "role:department"}
    make_rule(ActionData("automation.tell", values))
    make_project("approved", department=here)
    [firing] = settle_rules()
    names = {one.recipient for one in Message.objects.filter(occasion=TOLD)}
    assert firing.detail == "已通知 1 人"
    assert names == {near.name}
    assert far.is_active


def test_an_errand_is_seen_and_finished_by_one(operator: User) -> None:
    make_rule(ERRAND)
    make_project("approved", applicant=operator, name="桥梁加固")
    settle_rules()
    errand = errands_visible_to(operator).get()
    assert errand.text == "安排「桥梁加固」抽取"
    assert any(
        "安排「桥梁加固」抽取" in one.text for one in todos_for(operator, now=timezone.now())
    )
    finish_errand(errand=errand, note="已安排", actor=operator, now=timezone.now())
    with pytest.raises(ErrandRefused):
        finish_errand(errand=errand, note="", actor=operator, now=timezone.now())
    assert not any(
        "安排「桥梁加固」抽取" in one.text for one in todos_for(operator, now=timezone.now())
    )
    assert not errands_visible_to(make_user("auditor")).exists()


def test_the_home_page_asks_only_for_what_errands_are_about(operator: User) -> None:
    """Each kind is asked for the rows that one may know of, which takes the page as long as all else on it."""
    make_rule(ERRAND)
    make_project("approved", applicant=operator)
    settle_rules()
    asked: list[str] = []

    def noting(kind: EventKind) -> EventKind:
        def visible(user: User) -> QuerySet[Any]:
            asked.append(kind.code)
            return kind.visible(user)

        return replace(kind, visible=visible)

    with EVENT_KINDS.holding(*map(noting, EVENT_KINDS), alone=True):
        [errand] = errands_waiting_for(operator)
    assert asked == [errand.firing.occurrence.kind]
    assert list(errands_visible_to(operator)) == [errand]
    asked.clear()
    with EVENT_KINDS.holding(*map(noting, EVENT_KINDS), alone=True):
        assert not errands_waiting_for(make_user("auditor")).exists()
    assert asked == []


def test_where_nobody_is_there_an_action_is_skipped() -> None:
    make_rule(ActionData("automation.errand", ERRAND.values | {"role": "applicant"}))
    make_project("approved")
    [firing] = settle_rules()
    assert firing.state == FiringState.SKIPPED
    assert not Errand.objects.exists()


@pytest.mark.shows("OVW-07")
def test_a_rule_changes_a_state_by_the_right_of_its_author(admin: User) -> None:
    make_rule(FREEZE, event="experts.back", actor=admin)
    expert = make_expert()
    freeze_expert(expert=expert, reason="核实", actor=admin, now=timezone.now())
    unfreeze_expert(expert=expert, reason="核实完毕", actor=admin, now=timezone.now())
    [firing] = settle_rules()
    expert.refresh_from_db()
    assert (firing.state, expert.status) == (FiringState.DONE, ExpertStatus.FROZEN)
    # What was done to a state is not done again.
    with pytest.raises(ReplayRefused):
        replay(firing=firing, actor=admin, now=timezone.now())
    unfreeze_expert(expert=expert, reason="核实完毕", actor=admin, now=timezone.now())
    admin.roles.clear()
    last = settle_rules()[-1]
    assert last.state == FiringState.FAILED
    assert "没有「冻结专家」所需的权限" in last.detail
    expert.refresh_from_db()
    assert expert.status == ExpertStatus.FORMAL


def broken(fault: type[Exception]) -> RuleAction:
    def run(doing: Any) -> str:
        make_department("会撤销的部门")
        raise fault("机密内容")

    return RuleAction(code="test.broken", label="出错", run=run, words=lambda kind, values: "出错")


@pytest.mark.shows("OVW-07")
def test_what_goes_wrong_is_undone_kept_and_done_again_once(
    admin: User, caplog: pytest.LogCaptureFixture
) -> None:
    with RULE_ACTIONS.holding(broken(ValueError)):
        make_rule(ActionData("test.broken"), TELL, actor=admin)
        make_project("approved")
        first, second = settle_rules()
    assert (first.state, second.state) == (FiringState.FAILED, FiringState.DONE)
    assert first.detail == acting.BROKEN
    assert "机密" not in first.detail
    assert "test.broken" in caplog.text
    assert not Department.objects.filter(name="会撤销的部门").exists()
    mended = RuleAction(
        code="test.broken", label="好了", run=lambda doing: "好了", words=lambda kind, values: ""
    )
    with RULE_ACTIONS.holding(mended):
        again = replay(firing=first, actor=admin, now=timezone.now())
        settle_rules()
        for one in (first, again):
            with pytest.raises(ReplayRefused):
                replay(firing=Firing.objects.get(pk=one.pk), actor=admin, now=timezone.now())
    again.refresh_from_db()
    assert (again.state, again.detail, again.replayed_by) == (FiringState.DONE, "好了", admin)
    first.refresh_from_db()
    assert first.state == FiringState.FAILED


def test_a_database_that_is_away_leaves_it_waiting() -> None:
    with RULE_ACTIONS.holding(broken(OperationalError)):
        make_rule(ActionData("test.broken"))
        make_project("approved")
        occurrence = Occurrence.objects.get()
        consider(occurrence_id=occurrence.pk, now=timezone.now())
        firing = Firing.objects.get()
        with pytest.raises(OperationalError), transaction.atomic():
            act(firing_id=firing.pk, now=timezone.now())
    firing.refresh_from_db()
    assert firing.state == FiringState.WAITING


def test_an_outcome_stays() -> None:
    make_rule()
    make_project("approved")
    [firing] = settle_rules()
    with pytest.raises(DatabaseError), transaction.atomic():
        Firing.objects.filter(pk=firing.pk).update(state=FiringState.WAITING, done_at=None)


def test_rules_that_cause_each_other_end() -> None:
    """An action by which the same happens again: the chain is cut, and says why."""

    def again(doing: Any) -> str:
        hear(ProjectApproved(make_project("draft").pk), now=doing.now)
        return "又一次"

    action = RuleAction(code="test.again", label="再来", run=again, words=lambda kind, values: "")
    with RULE_ACTIONS.holding(action):
        make_rule(ActionData("test.again"))
        make_project("approved")
        firings = settle_rules()
    assert [one.occurrence.depth for one in firings] == [0, 1, 2, 3, 4]
    assert [one.state for one in firings] == [FiringState.DONE] * 4 + [FiringState.SKIPPED]
    assert "为免循环" in firings[-1].detail
    assert cause.get() is None


def test_with_one_row_a_rule_acts_so_often_a_day(admin: User) -> None:
    configure(MOST_OF_ONE, 2)
    values = {"whom": "person:expert", "way": "site", "title": "入库", "text": "您已入库"}
    make_rule(ActionData("automation.tell", values), event="experts.back", actor=admin)
    expert = make_expert()
    for _ in range(3):
        freeze_expert(expert=expert, reason="核实", actor=admin, now=timezone.now())
        unfreeze_expert(expert=expert, reason="核实完毕", actor=admin, now=timezone.now())
        settle_rules()
    assert [one.state for one in settle_rules()] == ["done", "done", "skipped"]


def test_firings_are_listed_for_who_may_see_their_rows() -> None:
    here = make_department("甲部")
    make_rule()
    make_project("approved", department=here)
    settle_rules()
    assert firings_visible_to(make_user("admin")).count() == 1
    assert not firings_visible_to(make_user("operator", department=here)).exists()


def test_a_rule_is_tried_without_doing_anything(admin: User, operator: User) -> None:
    project = make_project("approved", applicant=operator, name="桥梁加固")
    other = make_project("approved", applicant=operator, name="道路改造", regime="internal")
    condition = {"field": "regime", "op": "in", "value": ["internal"]}
    data = rule_data(TELL, ERRAND, condition=condition)
    tried = try_rule(data=data, actor=admin, now=timezone.now())
    assert {one.name: one.fits for one in tried} == {project.name: False, other.name: True}
    effects = next(one.effects for one in tried if one.fits)
    assert "《可以抽取了》「道路改造」已审核通过。" in effects[0]
    assert "安排「道路改造」抽取" in effects[1]
    assert not Message.objects.filter(occasion=TOLD).exists()
    assert not Occurrence.objects.exists()


@pytest.mark.parametrize(("op", "is_negated"), [("in", False), ("in", True), ("not_in", False)])
def test_a_rule_whose_word_is_gone_does_nothing(op: str, is_negated: bool) -> None:
    group = Tag.objects.create(name="辛组")
    leaf: dict[str, Any] = {"field": "tag", "op": op, "value": [group.pk]}
    condition = {"not": leaf} if is_negated else leaf
    make_rule(
        ActionData("automation.errand", {"role": "operator", "errand": "看看"}),
        event="experts.back",
        condition=condition,
    )
    group.delete()
    expert = make_expert()
    freeze_expert(expert=expert, reason="核实", actor=None, now=timezone.now())
    unfreeze_expert(expert=expert, reason="核实完毕", actor=None, now=timezone.now())
    [firing] = settle_rules()
    assert firing.state == FiringState.SKIPPED
    assert "条件不能使用：条件“分组”：没有" in firing.detail
    assert not Errand.objects.exists()
