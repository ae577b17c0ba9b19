"""The rule of a draw as a typed value."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pytest

from expertpool.draws.rules import SealedGroup, SealedMeeting, SealedRule, read_groups
from tests.architecture.app_order import APPS_DIR
from vdraw import EngineError

LEVELS = [
    {"level": 1, "criteria": {"all": []}, "text": "专业 是 建筑"},
    {"level": 2, "criteria": {"all": []}, "text": "不限"},
]
GROUPS = [
    {"id": "g1", "name": "技术", "seats": 3, "levels": LEVELS},
    {"id": "s1", "name": "技术候补", "seats": 2, "standby_for": "g1"},
]
CONTENT: dict[str, Any] = {
    "draw_id": "D202611240001",
    "projects": ["XM1", "XM2"],
    "groups": GROUPS,
    "contributors": ["operator"],
    "unit_cap": 1,
    "exclusions": {"held": 2},
    "reason": None,
    "supersedes": None,
    "sealed_at": "2026-11-24T09:00:00+08:00",
}


def test_it_reads_what_was_stored_and_keeps_it() -> None:
    rule = SealedRule.from_dict(CONTENT)
    assert rule.content is CONTENT
    assert (rule.projects, rule.contributors) == (("XM1", "XM2"), ("operator",))
    assert (rule.unit_cap, rule.exclusions) == (1, {"held": 2})
    assert (rule.reason, rule.widens, rule.approval_number) == (None, None, None)


def test_standbys_are_no_seats_of_the_panel_and_meet_the_conditions_of_their_group() -> None:
    rule = SealedRule.from_dict(CONTENT)
    assert ([one.code for one in rule.panel], rule.seats) == (["g1"], 3)
    assert ([one.code for one in rule.standby], rule.standby_seats) == (["s1"], 2)
    panel, standby = rule.groups
    assert panel.conditions == ("专业 是 建筑", "不限")
    assert standby == SealedGroup("s1", "技术候补", 2, (), "g1", ("与「技术」相同",))
    assert rule.group_names == {"g1": "技术", "s1": "技术候补"}


def test_what_a_kind_does_not_have_is_empty() -> None:
    rule = SealedRule.from_dict({})
    assert (rule.projects, rule.groups, rule.contributors, rule.exclusions) == ((), (), (), {})


@pytest.mark.parametrize(
    "change",
    [
        {"projects": "XM1"},
        {"projects": [1]},
        {"groups": {"g1": 3}},
        {"groups": [{"id": "g1", "name": "技术", "seats": "3"}]},
        {"groups": [{"id": "g1", "name": "技术", "seats": True}]},
        {"groups": [{"id": "g1", "name": "技术", "seats": 3, "levels": [{"level": 1}]}]},
        {"groups": ["g1"]},
        {"contributors": None},
        {"unit_cap": "1"},
        {"unit_cap": True},
        {"exclusions": {"held": "2"}},
        {"reason": 5},
        {"supersedes": ["D1"]},
        {"panel_unit_cap": 1.5},
        {"draw_id": 7},
        {"plan_version": "1"},
        {"reveal_at": []},
        {"meetings": {"XM1": "2026-11-24"}},
        {"meetings": [{"opening_at": 9}]},
    ],
)
def test_a_value_of_another_type_is_refused(change: dict[str, Any]) -> None:
    with pytest.raises(EngineError, match="数据被改动过"):
        SealedRule.from_dict(CONTENT | change)


def test_groups_alone() -> None:
    assert [group.name for group in read_groups(GROUPS)] == ["技术", "技术候补"]


def test_meetings_are_read_with_their_times_or_that_of_the_one_project() -> None:
    times = {"opening_at": "2026-11-24T09:00+08:00", "duration_minutes": 90}
    one = SealedRule.from_dict(CONTENT | times)
    assert one.meetings == (SealedMeeting("XM1", times["opening_at"], 90),)
    further = {"project": "XM2", "opening_at": "2026-11-24T08:00+08:00"}
    both = SealedRule.from_dict(CONTENT | {"meetings": [{"project": "XM1", **times}, further]})
    assert both.meetings == (*one.meetings, SealedMeeting("XM2", further["opening_at"], None))
    assert (both.opening_at or 0) == datetime.fromisoformat(further["opening_at"])


def test_nobody_else_reads_the_stored_rule_by_strings() -> None:
    readers = {
        str(path.relative_to(APPS_DIR))
        for path in APPS_DIR.rglob("*.py")
        if re.search(r"\brule\.content\b", path.read_text())
    }
    assert readers == {"reviews/services/rules.py"}, "that of a review, which is another"


@pytest.mark.parametrize("stored", [None, [1], "rule", 7])
def test_what_is_no_rule_at_all_is_refused(stored: Any) -> None:
    with pytest.raises(EngineError, match="数据被改动过"):
        SealedRule.from_dict(stored)
