from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest

from expertpool.projects.enums import Regime, Severity
from expertpool.projects.models import Project
from expertpool.projects.queries import check_project
from expertpool.projects.rules import RULES, earliest_draw_date, holidays_are_known
from expertpool.projects.settings import BLOCKING
from tests.factories.siteconfig import configure

pytestmark = pytest.mark.django_db
SHANGHAI = ZoneInfo("Asia/Shanghai")
THURSDAY = datetime(2026, 11, 26, 9, 30, tzinfo=SHANGHAI)


def found(regime, seats, *, representatives=0, budget=None, before=timedelta(hours=2)):
    project = Project(
        regime=regime,
        representatives=representatives,
        budget=None if budget is None else Decimal(budget),
        opening_at=THURSDAY,
    )
    return [finding.rule for finding in check_project(project, seats, THURSDAY - before)]


@pytest.mark.parametrize(
    ("seats", "representatives", "expected"),
    [
        (5, 0, []),
        (4, 1, []),
        (5, 2, []),
        (4, 0, ["tender.members", "tender.odd"]),
        (3, 2, ["tender.experts"]),
        (6, 0, ["tender.odd"]),
        (6, 3, []),
        (3, 0, ["tender.members"]),
    ],
)
def test_the_tender_law(seats, representatives, expected):
    assert found(Regime.TENDER, seats, representatives=representatives) == expected


@pytest.mark.parametrize(
    ("seats", "representatives", "budget", "expected"),
    [
        (3, 0, None, ["procurement.tender_members"]),
        (2, 1, None, ["procurement.tender_members"]),
        (1, 2, None, ["procurement.experts", "procurement.tender_members"]),
        (
            2,
            0,
            None,
            ["procurement.members", "procurement.odd", "procurement.tender_members"],
        ),
        (5, 0, "9999999.99", []),
        (5, 0, "10000000", ["procurement.large_budget"]),
        (7, 0, "10000000", []),
    ],
)
def test_the_procurement_law(seats, representatives, budget, expected):
    rules = found(Regime.PROCUREMENT, seats, representatives=representatives, budget=budget)
    assert rules == expected


def test_internal_reviews_have_no_rules():
    assert found(Regime.INTERNAL, 2, before=timedelta(days=30)) == []


@pytest.mark.parametrize(
    ("opening", "earliest"),
    [
        (date(2026, 11, 26), date(2026, 11, 24)),  # Thursday: Tuesday
        (date(2026, 11, 24), date(2026, 11, 20)),  # Tuesday: Friday of the week before
        (date(2026, 11, 23), date(2026, 11, 19)),  # Monday: Thursday
        (date(2026, 11, 29), date(2026, 11, 26)),  # Sunday: Thursday
        (date(2026, 10, 9), date(2026, 9, 30)),  # after the National Day: the 8th, and before it
        (date(2026, 10, 12), date(2026, 10, 9)),  # work is made up for on Saturday the 10th
        (date(2035, 10, 4), date(2035, 10, 2)),  # no notice yet: Monday to Friday
    ],
)
def test_working_days_follow_the_holiday_notices(opening, earliest):
    assert earliest_draw_date(opening) == earliest


def test_a_year_without_a_holiday_notice_is_said_to_be_counted_by_weekdays():
    assert holidays_are_known(2026)
    assert not holidays_are_known(2035)
    opening = datetime(2035, 10, 4, 9, tzinfo=SHANGHAI)
    project = Project(regime=Regime.PROCUREMENT, opening_at=opening)
    early = {item.rule: item.text for item in check_project(project, 5, opening - timedelta(9))}
    assert "未计法定节假日" in early["procurement.not_too_early"]
    project.opening_at = THURSDAY
    known = {item.rule: item.text for item in check_project(project, 5, THURSDAY - timedelta(9))}
    assert "未计法定节假日" not in known["procurement.not_too_early"]


def test_a_procurement_is_not_drawn_earlier_than_two_working_days_before():
    early = THURSDAY - datetime(2026, 11, 23, 23, 59, tzinfo=SHANGHAI)
    first = THURSDAY - datetime(2026, 11, 24, tzinfo=SHANGHAI)
    assert found(Regime.PROCUREMENT, None, before=early) == ["procurement.not_too_early"]
    assert found(Regime.PROCUREMENT, None, before=first) == []


def test_findings_name_the_article_and_what_was_not_compared_with_the_original():
    project = Project(regime=Regime.PROCUREMENT, opening_at=THURSDAY)
    findings = {finding.rule: finding for finding in check_project(project, 2, THURSDAY)}
    assert findings["procurement.members"].article == "政府采购法第三十八条、第四十条"
    assert "请以原文核对" not in findings["procurement.members"].text
    assert "请以原文核对" in findings["procurement.tender_members"].text


def test_a_rule_may_be_made_to_stop_the_draw():
    project = Project(regime=Regime.TENDER, opening_at=THURSDAY)
    configure(BLOCKING["tender"], ("tender.odd",))
    first, second = check_project(project, 4, THURSDAY)
    assert (first.rule, first.severity) == ("tender.odd", Severity.BLOCKING)
    assert (second.rule, second.severity) == ("tender.members", Severity.WARNING)
    configure(BLOCKING["tender"], ())
    assert not any(finding.is_blocking for finding in check_project(project, 4, THURSDAY))


def test_rule_codes_are_unique_and_name_their_regime():
    assert len({rule.code for rule in RULES}) == len(RULES)
    assert all(rule.code.startswith(f"{rule.regime}.") for rule in RULES)
