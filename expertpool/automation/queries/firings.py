"""What rules did, for who may know of the rows with which they did it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from expertpool.accounts.models import Role, User
from expertpool.automation.enums import FiringState
from expertpool.automation.models import Errand, Firing, Occurrence
from expertpool.automation.permissions import MANAGE, VIEW
from expertpool.automation.registry import EVENT_KINDS, RULE_ACTIONS, EventKind
from expertpool.core.fields import is_vouched

DAY = timedelta(days=1)


def known_to(user: User, at: str, kinds: Iterable[EventKind] = EVENT_KINDS) -> Q:
    """Return the condition that a row's occurrence (its path ``at``) is of something that ``user`` may
    know of. Each kind is asked for its rows: whoever knows that there are no others names the ``kinds``."""
    known = Q(pk__in=[])
    for kind in kinds:
        rows = kind.visible(user).order_by().values("pk")
        known |= Q(**{f"{at}__kind": kind.code, f"{at}__subject_id__in": rows})
    return known


def firings_visible_to(user: User) -> QuerySet[Firing]:
    """Return what rules did with rows that ``user`` may know of."""
    if not (user.has_permission(VIEW) or user.has_permission(MANAGE)):
        return Firing.objects.none()
    return Firing.objects.filter(known_to(user, "occurrence")).select_related(
        "occurrence", "version", "rule", "replay_of", "replayed_by", "replay"
    )


def errands_visible_to(user: User) -> QuerySet[Errand]:
    """Return what rules gave the roles of ``user`` to see to, about rows that he may know of; nothing waits
    that no rule gave (docs/decisions/0235)."""
    rows = errands().filter(role__in=user.given_roles)
    waiting = rows.filter(done_at__isnull=True).order_by()
    forged = [one.pk for one in waiting if not is_vouched(one)]
    return rows.filter(known_to(user, "firing__occurrence")).exclude(pk__in=forged)


def errands_waiting_for(user: User) -> QuerySet[Errand]:
    """Return those of `errands_visible_to` that nobody has seen to yet."""
    rows = errands().filter(role__in=user.given_roles, done_at__isnull=True)
    vouched = [one for one in rows.order_by() if is_vouched(one)]
    codes = {one.firing.occurrence.kind for one in vouched}
    kinds = (kind for kind in EVENT_KINDS if kind.code in codes)
    known = known_to(user, "firing__occurrence", kinds)
    return rows.filter(known, pk__in=[one.pk for one in vouched])


def errands() -> QuerySet[Errand]:
    """Return all of them, with what their proofs say."""
    return Errand.objects.select_related(
        "firing__occurrence", "firing__rule", "done_by", "ended_by"
    )


@dataclass(frozen=True)
class Happened:
    """What an occurrence was about, as a list names it."""

    event: str
    name: str
    page: str


def subjects_of(occurrences: Iterable[Occurrence], user: User) -> dict[int, Happened]:
    """Return by the key of each occurrence what it was about, by as many statements as there are kinds.

    What ``user`` may not see any more has no name.
    """
    found = list(occurrences)
    ids: dict[str, set[int]] = defaultdict(set)
    for one in found:
        ids[one.kind].add(one.subject_id)
    rows = {
        (code, row.pk): row
        for code, pks in ids.items()
        if (kind := EVENT_KINDS.get(code))
        for row in kind.visible(user).filter(pk__in=pks)
    }
    return {one.pk: _subject(one, rows.get((one.kind, one.subject_id))) for one in found}


def _subject(occurrence: Occurrence, row: Any) -> Happened:
    kind = EVENT_KINDS.get(occurrence.kind)
    if kind is None or row is None:
        return Happened(kind.label if kind else occurrence.kind, "", "")
    return Happened(kind.label, kind.name_of(row), kind.page(row))


def action_label(code: str) -> str:
    action = RULE_ACTIONS.get(code)
    return action.label if action else code


def may_replay(firing: Firing) -> bool:
    """Tell whether ``firing`` may be done again as things stand: once, once it ended, and what changed a
    state only where it did not."""
    if firing.state == FiringState.WAITING or firing.replay_of_id or hasattr(firing, "replay"):
        return False
    action = RULE_ACTIONS.get(firing.action)
    return action is not None and not (action.weighty and firing.state == FiringState.DONE)


def row_of(kind: EventKind, subject_id: int) -> Any | None:
    """Return the row to which something happened; None once it is gone."""
    return kind.past().model._default_manager.filter(pk=subject_id).first()


def acted_since(rule_id: int, at: datetime, occurrence: Occurrence | None = None) -> int:
    """Return for how many occurrences the rule acted in the day before ``at``, or with the row of one."""
    rows = Firing.objects.filter(rule=rule_id, created_at__gt=at - DAY, replay_of__isnull=True)
    rows = rows.exclude(state=FiringState.SKIPPED)
    if occurrence is not None:
        same = {
            "occurrence__kind": occurrence.kind,
            "occurrence__subject_id": occurrence.subject_id,
        }
        rows = rows.filter(**same)
    return rows.order_by().values("occurrence").distinct().count()


def role_choices() -> list[tuple[str, str]]:
    """Return all roles, by their codes."""
    return list(Role.objects.values_list("code", "name"))


def role_name(code: str) -> str:
    return Role.objects.filter(code=code).values_list("name", flat=True).first() or code


def holders_of(code: str, kind: EventKind, row: Any) -> list[User]:
    """Return the users with the role ``code`` who may know of ``row``."""
    users = User.objects.filter(roles__code=code, is_active=True).order_by("pk").distinct()
    return [
        one
        for one in users.select_related("department")
        if code in one.given_roles and kind.visible(one).filter(pk=row.pk).exists()
    ]
