"""Appeals of experts against their entries on the blacklist."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from expertpool.accounts.models import User
from expertpool.audit.queries import entries_for
from expertpool.audit.services import proven
from expertpool.core.criteria import Boolean
from expertpool.core.mandates import Mandate, vouched_among
from expertpool.core.visibility import told
from expertpool.experts.models import BlacklistAppeal, BlacklistEntry, Expert
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.files.registry import FileSubject
from expertpool.workflow.queries.approvals import waiting_for

RIGHT = "experts.blacklist"
SUBJECT = "experts.blacklistappeal"
MOST_FILES_MB = 50
# What the proof of an appeal says and opens: of many rows nothing else is read.
PROVEN = (
    *("uid", "asked_at", "agreed", "note", "decided_at", "reason", "proof"),
    *("entry__added_at", "entry__expert__number", "decided_by__username"),
)


def sound(rows: QuerySet[BlacklistAppeal], *, a_look: int | None = None) -> list[BlacklistAppeal]:
    """Return those of ``rows``, the latest first, that an expert made here, and that were decided here if they were
    (docs/decisions/0483); ``a_look`` for a page (`core.mandates.vouched_among`)."""
    whole = rows.order_by("-pk").select_related("entry__expert", "decided_by")
    keys = [row.pk for row in vouched_among(whole.only(*PROVEN), a_look=a_look)]
    return list(whole.filter(pk__in=keys)) if keys else []


def appeals_of(expert: Expert, *, a_look: int | None = None) -> list[BlacklistAppeal]:
    """Return what ``expert`` said against his entries on the blacklist, the latest first, for himself; ``a_look`` as
    in `sound`."""
    return sound(BlacklistAppeal.objects.filter(entry__expert=expert), a_look=a_look)


def _appeals(now: datetime) -> QuerySet[BlacklistAppeal]:
    return BlacklistAppeal.objects.select_related("entry__expert", "decided_by").order_by("-pk")


def _written_entries(now: datetime) -> QuerySet[BlacklistEntry]:
    return BlacklistEntry.objects.select_related("expert", "added_by", "removed_by").order_by("-pk")


WRITTEN = (
    Mandate("experts.appeals", "黑名单申诉", _appeals, is_whole=True),
    Mandate("experts.blacklist", "黑名单记录", _written_entries, is_whole=True),
)


def undecided_appeals() -> QuerySet[BlacklistAppeal]:
    """Return what waits for a decision of somebody, by the database alone: whether its expert said it is asked where
    it is shown and decided."""
    return BlacklistAppeal.objects.filter(decided_at__isnull=True, entry__removed_at__isnull=True)


def appeals_decidable_by(user: User) -> QuerySet[BlacklistAppeal]:
    """Return what is of experts in ``user``'s scope whom he has not put on the blacklist himself, whoever decides
    its step."""
    experts = experts_visible_to(user, RIGHT)
    rows = told(undecided_appeals()).filter(entry__expert__in=experts)
    return rows.exclude(entry__added_by=user).select_related("entry__expert").order_by("asked_at")


def appeals_to_decide(user: User) -> QuerySet[BlacklistAppeal]:
    """Return what ``user`` may decide now."""
    return appeals_decidable_by(user).filter(waiting_for(user, SUBJECT))


def who_blacklisted(entry: BlacklistEntry) -> set[int]:
    """Return (ids) who put the expert of ``entry`` on the blacklist: as the row says, and as the log has it of
    that moment, for the row may have been written since."""
    acts = entries_for(entry.expert).filter(action="expert.blacklist", at=entry.added_at)
    said = {entry.added_by_id, *(one.actor_id for one in proven(acts))}
    return {pk for pk in said if pk is not None}


def _entries(user: Any, pk: str) -> QuerySet[BlacklistEntry]:
    return BlacklistEntry.objects.filter(pk=pk, expert__in=experts_visible_to(user, RIGHT))


def _may_see_entry(user: Any, pk: str) -> bool:
    return user.has_permission(RIGHT) and _entries(user, pk).exists()


def _closed_entry(pk: str) -> str:
    over = BlacklistEntry.objects.select_for_update().filter(pk=pk, removed_at__isnull=False)
    return "已移出黑名单，依据材料不能再改动。" if over.exists() else ""


def _may_see_appeal(user: Any, pk: str) -> bool:
    rows = told(BlacklistAppeal.objects.filter(pk=pk))
    entry = rows.values_list("entry", flat=True).first()
    return entry is not None and _may_see_entry(user, str(entry))


def _appellant(pk: str) -> frozenset[int | None]:
    """When he was at it, the office is told by day; without an account he is nobody."""
    rows = BlacklistAppeal.objects.filter(pk=pk).order_by()
    return frozenset({None, *rows.values_list("entry__expert__user", flat=True)})


def _nobody(user: Any, pk: str) -> bool:
    return False


# What the entry rests on; nobody shows it to the expert.
ENTRY_FILES = FileSubject(
    "experts.blacklistentry", _may_see_entry, _may_see_entry, closed=_closed_entry
)
APPEAL_FILES = FileSubject(
    SUBJECT, _may_see_appeal, _nobody, by_day=_appellant, quota=lambda: MOST_FILES_MB, most=5
)
FIELDS = (Boolean(code="long", label="长期", path="entry__until_date__isnull"),)
