"""Event rules for tests, and their jobs done at once."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.automation.enums import FiringState
from expertpool.automation.models import (
    Errand,
    EventRule,
    Firing,
    Occurrence,
    RuleRequest,
    RuleVersion,
)
from expertpool.automation.services.acting import act
from expertpool.automation.services.happening import consider
from expertpool.automation.services.rules import ActionData, RuleData, decide_rule, save_rule
from tests.factories.accounts import make_user
from tests.factories.projects import make_project

TELL = ActionData(
    "automation.tell",
    {
        "whom": "person:applicant",
        "way": "site",
        "title": "可以抽取了",
        "text": "「{{项目名称}}」已审核通过。",
    },
)
ERRAND = ActionData("automation.errand", {"role": "operator", "errand": "安排「{{项目名称}}」抽取"})
FREEZE = ActionData("experts.freeze", {"reason": "核实资料期间"})
SUPPLEMENT = ActionData("draws.supplement", {})


def rule_data(*actions: ActionData, **changes: Any) -> RuleData:
    values = {
        "name": "审核通过后通知",
        "event": "projects.approved",
        "purpose": "及时安排抽取",
        "actions": list(actions) or [TELL],
    }
    return RuleData(**values | changes)


def make_rule(*actions: ActionData, actor: User | None = None, **changes: Any) -> EventRule:
    """Make a rule that is in force, whatever it does."""
    now = timezone.now()
    made = save_rule(
        rule=None, data=rule_data(*actions, **changes), actor=actor or make_user("admin"), now=now
    )
    if isinstance(made, RuleRequest):
        second = make_user("supervisor")
        decided = decide_rule(request=made, agree=True, note="", actor=second, now=now)
        assert isinstance(decided, RuleVersion)
    return made.rule


def settle_rules(now: datetime | None = None) -> list[Firing]:
    """Do the jobs of all that has happened and may be told; return all firings, the first first."""
    now = now or timezone.now()
    while True:
        due = Occurrence.objects.filter(considered_at__isnull=True, at__lte=now)
        waiting = Firing.objects.filter(state=FiringState.WAITING)
        occurrences = list(due.values_list("pk", flat=True))
        firings = list(waiting.order_by("pk").values_list("pk", flat=True))
        if not (occurrences or firings):
            return list(Firing.objects.order_by("pk"))
        for pk in occurrences:
            consider(occurrence_id=pk, now=now)
        for pk in firings:
            act(firing_id=pk, now=now)


def make_firing(**project: Any) -> Firing:
    """Make a rule and an approved project, to which it has reacted."""
    make_rule()
    make_project("approved", **project)
    return settle_rules()[-1]


def make_errand(role: str = "operator", **project: Any) -> Errand:
    """Make something that a rule gave the holders of ``role`` to see to."""
    rule = make_rule(ActionData(ERRAND.action, {**ERRAND.values, "role": role}))
    make_project("approved", **project)
    settle_rules()
    return Errand.objects.get(firing__rule=rule)
