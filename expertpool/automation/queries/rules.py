"""Rules: what counts of them, and how they read."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.automation.models import EventRule, RuleVersion
from expertpool.automation.permissions import CONFIRM, MANAGE, VIEW
from expertpool.automation.registry import EVENT_KINDS, RULE_ACTIONS, EventKind
from expertpool.core.criteria import AllOf, Context, CriteriaError, explain, parse, to_q
from expertpool.core.fields import is_vouched
from expertpool.core.prepared import Prepared

GONE = "（本版本没有的动作）"
# What an action says of the kinds of events that end what it gave somebody to see to.
UNTIL = ("until", "or_until")
ANY: dict[str, Any] = {"all": []}  # no condition


def rules_visible_to(user: User, *codes: str) -> QuerySet[EventRule]:
    """Return the rules that ``user`` reaches by one of ``codes``, of those by which he reads them."""
    reads = any(map(user.has_permission, codes or (MANAGE, CONFIRM, VIEW)))
    return EventRule.objects.all() if reads else EventRule.objects.none()


def latest_versions() -> QuerySet[RuleVersion]:
    """Return of each rule the version that counts, in the order of the list."""
    newer = RuleVersion.objects.filter(rule=OuterRef("rule"), number__gt=OuterRef("number"))
    rows = RuleVersion.objects.filter(~Exists(newer)).order_by("rule__position", "rule_id")
    return rows.select_related("rule", "created_by", "confirmed_by")


def latest_version(rule: EventRule) -> RuleVersion | None:
    return latest_versions().filter(rule=rule).first()


def listened_to(kinds: Collection[EventKind]) -> list[EventKind]:
    """Return those of ``kinds`` that some rule is about, or by which it ends what it asks: one question, none for
    none."""
    heard: set[str] = set()
    for event, actions in _heard.all() if kinds else ():
        heard |= {event}.union(*map(endings_of, actions if isinstance(actions, list) else ()))
    return [kind for kind in kinds if kind.code in heard]


_heard = Prepared(
    lambda: latest_versions().filter(active=True).order_by().values_list("event", "actions")
)


def endings_of(action: Any) -> set[str]:
    """Return the kinds of events that end what ``action`` gives somebody to see to, by their codes; none of one of
    another shape."""
    values = action.get("values") if isinstance(action, Mapping) else None
    said = [values.get(name) for name in UNTIL] if isinstance(values, Mapping) else []
    return {code for code in said if code and isinstance(code, str)}


def versions_in_force(kind: EventKind) -> list[RuleVersion]:
    """Return the rules about ``kind`` that are on and that this system wrote, in their order."""
    found = latest_versions().filter(event=kind.code, active=True)
    return [one for one in found if is_vouched(one)]


def meets(kind: EventKind, condition: Mapping[str, Any], rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return those of ``rows`` that meet ``condition``; CriteriaError for one that cannot be read, or names what is
    gone: whoever is not in a group that is gone is everybody (docs/decisions/0490)."""
    node = parse(kind.subject, condition)
    # By key: a condition over several rows of another table must not give one row twice.
    fitting = rows.model._default_manager.filter(to_q(node, Context(timezone.now())))
    return rows.filter(pk__in=fitting.order_by().values("pk"))


def condition_words(kind: EventKind | None, condition: Mapping[str, Any]) -> str:
    """Return the condition in Chinese; empty where there is none."""
    try:
        node = parse(kind.subject, condition, stored=True) if kind else AllOf()
    except CriteriaError as error:
        return f"（条件不能使用：{error}）"
    return "" if node == AllOf() else explain(node)


def condition_fault(version: RuleVersion) -> str:
    """Return what of the condition of a rule that is on is gone, in words; empty where nothing is. Until it is
    mended the rule does nothing (`meets`), and reads as it was agreed to."""
    kind = EVENT_KINDS.get(version.event)
    if kind is None or not version.active:
        return ""
    try:
        parse(kind.subject, version.condition)
    except CriteriaError as error:
        return str(error)
    return ""


@dataclass(frozen=True)
class Reading:
    """A rule as it reads: when … and … then …"""

    event: str
    condition: str
    actions: list[str]

    @property
    def text(self) -> str:
        when = f"当「{self.event}」" + (f"，且 {self.condition}" if self.condition else "")
        return f"{when}：{'；'.join(self.actions)}"


def reading_of(
    event: str, condition: Mapping[str, Any], actions: Iterable[Mapping[str, Any]]
) -> Reading:
    """Return how a rule reads, also one whose event or action this version does not have any more."""
    kind = EVENT_KINDS.get(event)
    return Reading(
        event=kind.label if kind else f"（本版本没有的事件 {event}）",
        condition=condition_words(kind, condition),
        actions=[action_words(kind, one) for one in actions],
    )


def as_it_read(version: RuleVersion) -> Reading:
    """Return how ``version`` read when it was saved: without a statement, and as it was agreed to."""
    return Reading(**version.words)


def action_words(kind: EventKind | None, one: Mapping[str, Any]) -> str:
    action = RULE_ACTIONS.get(one["action"])
    return action.words(kind, one["values"]) if action and kind else GONE


def is_weighty(actions: Iterable[Mapping[str, Any]]) -> bool:
    """Tell whether one of ``actions`` changes a state."""
    return any((found := RULE_ACTIONS.get(one["action"])) and found.weighty for one in actions)
