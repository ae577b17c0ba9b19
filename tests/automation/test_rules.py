"""Drawing up rules: versions, what is refused, and what needs a second person."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.models import Entry
from expertpool.automation.exceptions import RuleRefused
from expertpool.automation.models import EventRule, RuleRequest, RuleVersion
from expertpool.automation.queries.naming import rules_naming, rules_that_named
from expertpool.automation.queries.rules import latest_version, reading_of, versions_in_force
from expertpool.automation.registry import EVENT_KINDS
from expertpool.automation.services.rules import (
    ActionData,
    decide_rule,
    move_rule,
    save_rule,
    switch_rule,
)
from expertpool.core.fields import is_vouched
from tests.factories.accounts import make_user
from tests.factories.automation import ERRAND, FREEZE, SUPPLEMENT, TELL, make_rule, rule_data

pytestmark = pytest.mark.django_db
APPROVED = "projects.approved"
ASKED = {"field": "budget", "op": "gt", "value": 100}


def in_force(event: str = APPROVED) -> list[str]:
    return [one.name for one in versions_in_force(EVENT_KINDS[event])]


@pytest.mark.shows("OVW-07")
def test_each_change_is_a_version_and_the_latest_counts(admin: User) -> None:
    rule = make_rule(actor=admin)
    save_rule(rule=rule, data=rule_data(TELL, ERRAND), actor=admin, now=timezone.now())
    again = save_rule(rule=rule, data=rule_data(TELL, ERRAND), actor=admin, now=timezone.now())
    assert isinstance(again, RuleVersion)
    assert again.number == 2
    assert [one.number for one in rule.versions.all()] == [2, 1]
    assert len(versions_in_force(EVENT_KINDS[APPROVED])[0].actions) == 2
    entry = Entry.objects.filter(action="automation.save").latest("pk")
    assert "列入「" in str(entry.after)
    assert "列入「" not in str(entry.before)


def test_a_rule_is_turned_off_and_on(admin: User) -> None:
    rule = make_rule(actor=admin)
    switch_rule(rule=rule, active=False, actor=admin, now=timezone.now())
    assert in_force() == []
    switch_rule(rule=rule, active=True, actor=admin, now=timezone.now())
    assert in_force() == ["审核通过后通知"]


def test_rules_act_in_the_order_of_the_list(admin: User) -> None:
    first, second = make_rule(name="甲", actor=admin), make_rule(name="乙", actor=admin)
    assert in_force() == ["甲", "乙"]
    move_rule(rule=second, up=True, actor=admin, now=timezone.now())
    assert in_force() == ["乙", "甲"]
    move_rule(rule=second, up=True, actor=admin, now=timezone.now())  # at the end it stays
    move_rule(rule=first, up=False, actor=admin, now=timezone.now())
    assert in_force() == ["乙", "甲"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"name": " "}, "规则名称"),
        ({"purpose": ""}, "用途"),
        ({"event": "projects.gone"}, "请选择事件"),
        ({"actions": []}, "1 至 10 个动作"),
        ({"actions": [TELL] * 11}, "1 至 10 个动作"),
        ({"actions": [ActionData("x", {})]}, "请选择第 1 个动作"),
        ({"actions": [TELL, FREEZE]}, "不能用动作「冻结专家」"),
        ({"condition": {"field": "gone", "op": "eq", "value": 1}}, "不存在"),
        (
            {"actions": [ActionData("automation.tell", {**TELL.values, "text": "{{专家姓名}}"})]},
            "专家姓名",
        ),
        (
            {
                "actions": [
                    ActionData(
                        "automation.tell", {**TELL.values, "text": "http://a.b/{{项目编号}}"}
                    )
                ]
            },
            "网址",
        ),
        (
            {"actions": [ActionData("automation.tell", {**TELL.values, "whom": "person:expert"})]},
            "没有所选的收件人",
        ),
    ],
)
def test_what_cannot_work_is_refused_in_words(
    admin: User, changes: dict[str, Any], message: str
) -> None:
    with pytest.raises(RuleRefused, match=message):
        save_rule(rule=None, data=rule_data(**changes), actor=admin, now=timezone.now())
    assert not EventRule.objects.exists()


def test_nobody_draws_up_what_he_may_not_do(auditor: User) -> None:
    data = rule_data(SUPPLEMENT, event="draws.ended")
    with pytest.raises(RuleRefused, match="没有「再补抽一次」所需的权限"):
        save_rule(rule=None, data=data, actor=auditor, now=timezone.now())


@pytest.mark.shows("OVW-07")
def test_what_changes_states_counts_once_a_second_person_has_confirmed_it(
    admin: User, supervisor: User
) -> None:
    data = rule_data(FREEZE, event="experts.approved")
    asked = save_rule(rule=None, data=data, actor=admin, now=timezone.now())
    assert isinstance(asked, RuleRequest)
    assert in_force("experts.approved") == []
    with pytest.raises(RuleRefused, match="待确认"):
        save_rule(rule=asked.rule, data=data, actor=admin, now=timezone.now())
    with pytest.raises(RuleRefused):
        decide_rule(request=asked, agree=True, note="", actor=admin, now=timezone.now())
    decide_rule(request=asked, agree=True, note="", actor=supervisor, now=timezone.now())
    version = latest_version(asked.rule)
    assert version is not None
    assert (version.created_by, version.confirmed_by) == (admin, supervisor)
    assert in_force("experts.approved") == ["审核通过后通知"]


def test_turned_down_it_is_what_it_was(admin: User, supervisor: User) -> None:
    rule = make_rule(event="experts.approved", actor=admin, actions=[said_to_the_expert()])
    asked = save_rule(
        rule=rule,
        data=rule_data(FREEZE, event="experts.approved"),
        actor=admin,
        now=timezone.now(),
    )
    assert isinstance(asked, RuleRequest)
    assert versions_in_force(EVENT_KINDS["experts.approved"])[0].number == 1
    decide_rule(request=asked, agree=False, note="不妥", actor=supervisor, now=timezone.now())
    assert [one.number for one in rule.versions.all()] == [1]


def test_who_asked_has_to_have_the_right_when_it_is_confirmed(
    admin: User, supervisor: User
) -> None:
    asked = save_rule(
        rule=None,
        data=rule_data(FREEZE, event="experts.approved"),
        actor=admin,
        now=timezone.now(),
    )
    assert isinstance(asked, RuleRequest)
    admin.roles.clear()
    asked = RuleRequest.objects.get(pk=asked.pk)
    with pytest.raises(RuleRefused, match="没有「冻结专家」"):
        decide_rule(request=asked, agree=True, note="", actor=supervisor, now=timezone.now())


def test_turned_off_a_rule_ends_what_waits_of_it(admin: User, supervisor: User) -> None:
    rule = make_rule(event="experts.approved", actor=admin, actions=[said_to_the_expert()])
    asked = save_rule(
        rule=rule,
        data=rule_data(FREEZE, event="experts.approved"),
        actor=admin,
        now=timezone.now(),
    )
    switch_rule(rule=rule, active=False, actor=admin, now=timezone.now())
    assert isinstance(asked, RuleRequest)
    with pytest.raises(RuleRefused):
        decide_rule(request=asked, agree=True, note="", actor=supervisor, now=timezone.now())


def said_to_the_expert() -> ActionData:
    return ActionData(
        "automation.tell",
        {"whom": "person:expert", "way": "site", "title": "入库", "text": "{{专家姓名}}"},
    )


def test_a_version_that_somebody_wrote_into_the_database_counts_for_nothing(admin: User) -> None:
    rule = make_rule(actor=admin)
    # Inserted it is the newest, and has no proof: the rule stands still rather than doing it.
    RuleVersion.objects.bulk_create(
        [
            RuleVersion(
                rule=rule,
                number=2,
                name="x",
                purpose="x",
                event=APPROVED,
                actions=[{"action": "experts.freeze", "values": {}}],
                words={"event": "x", "condition": "", "actions": ["x"]},
                created_at=timezone.now(),
                created_by=admin,
            )
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE automation_ruleversion SET proof = '' WHERE number = 2")
    version = latest_version(rule)
    assert version is not None
    assert not is_vouched(version)
    assert in_force() == []


def test_a_rule_reads_as_a_sentence(admin: User) -> None:
    condition = {"field": "regime", "op": "in", "value": ["tender"]}
    rule = make_rule(TELL, ERRAND, condition=condition, actor=admin)
    version = latest_version(rule)
    assert version is not None
    text = reading_of(version.event, version.condition, version.actions).text
    assert text.startswith("当「项目审核通过」，且 ")
    assert "通知项目申请人（站内信）：可以抽取了；列入「" in text


def test_a_second_admin_may_not_be_both(supervisor: User) -> None:
    """The database keeps it, too."""
    rule = make_rule(FREEZE, event="experts.approved")
    version = latest_version(rule)
    assert version is not None
    with pytest.raises(DatabaseError), transaction.atomic():
        RuleVersion.objects.create(
            rule=rule,
            number=9,
            name="x",
            purpose="x",
            event=APPROVED,
            created_at=timezone.now(),
            created_by=supervisor,
            confirmed_by=supervisor,
        )


def test_users_without_the_right_ask_nobody(operator: User) -> None:
    assert not operator.has_permission("automation.manage")
    assert make_user("admin").has_permission("automation.manage")


def test_a_field_that_a_rule_asks_is_in_use(admin: User) -> None:
    condition = {"all": [{"field": "regime", "op": "in", "value": ["tender"]}, {"not": ASKED}]}
    rule = make_rule(condition=condition, actor=admin)
    assert rules_naming("projects.project", "budget") == ["事件规则「审核通过后通知」"]
    assert rules_naming("experts.expert", "budget") == []
    assert rules_that_named("projects.project", "regime", ["tender"]) != []
    assert rules_that_named("projects.project", "regime", ["internal"]) == []
    switch_rule(rule=rule, active=False, actor=admin, now=timezone.now())
    assert rules_naming("projects.project", "budget") == []
