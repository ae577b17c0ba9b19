"""What belongs to experts: leaves, entries of the blacklist, versions, log."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.actions import action_label
from expertpool.audit.models import Entry
from expertpool.audit.queries import entries_for
from expertpool.audit.services import in_words, proven
from expertpool.core.visibility import said, told
from expertpool.experts.enums import STATUS_MOVES, ExpertStatus
from expertpool.experts.models import AvoidanceUnit, BlacklistEntry, Expert, ExpertVersion, Leave
from expertpool.experts.queries.availability import not_in_pool
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.experts.queries.named_fields import file_addresses
from expertpool.experts.registry import SUSPENSIONS

TAKES_OUT = ("expert.freeze", "expert.blacklist", "expert.delete")
# Of these the expert reads the reason: it was written for him, too.
WRITTEN_FOR_HIM = ("expert.freeze", "expert.unfreeze", "expert.blacklist", "expert.unblacklist")
# By what relations were declared; the last until adding and removing had a name each.
DECLARED = ("expert.avoidance_add", "expert.avoidance")
HIDDEN_FIELD = "（您看不到的字段）"
FEWEST_TAKEN = 3  # one or two of a pool of any size are nobody's plan

# Whose, by whom and when.
Moment = tuple[int, int | None, datetime | None]


def leaves_visible_to(user: User, code: str = "experts.leave") -> QuerySet[Leave]:
    """Return the leaves of the experts in the user's scope for ``code``, without what is told later."""
    rows = told(Leave.objects.filter(expert__in=experts_visible_to(user, code)))
    return rows.select_related("expert", "expert__employer", "created_by")


def filed_leaves(rows: Iterable[Leave]) -> set[int]:
    """Return (ids) those of ``rows`` that were filed here: the log has an entry of each, by whom and
    when the row says, and of the same time."""
    found = {row.pk: (row, in_words(row, "during")) for row in rows}
    filed = _moments(["expert.leave"], [row.expert_id for row, _ in found.values()])
    return {
        pk
        for pk, (row, words) in found.items()
        if any(words.items() <= (entry or {}).items() for entry in filed.get(_moment(row), []))
    }


def declared_relations(rows: Iterable[AvoidanceUnit]) -> set[int]:
    """Return the same of relations, by moment and person: the words of units may change."""
    found = list(rows)
    filed = _moments(DECLARED, [row.expert_id for row in found])
    return {row.pk for row in found if _moment(row) in filed}


def _moment(row: Leave | AvoidanceUnit) -> Moment:
    return row.expert_id, row.created_by_id, row.created_at


def _moments(actions: Collection[str], experts: Iterable[int]) -> dict[Moment, list[Any]]:
    """Return what the log says was filed of ``experts``, by whose, by whom and when."""
    filed: dict[Moment, list[Any]] = defaultdict(list)
    for entry in proven(entries_for((Expert, set(experts))).filter(action__in=actions)):
        filed[int(entry.subject_id), entry.actor_id, entry.at].append(entry.after)
    return filed


def merged_before(at: datetime, closed: Mapping[int, int]) -> set[int]:
    """Return (ids) which of the ``closed`` records, each with the one that stays, were merged into it
    before ``at`` as the log has it: at once, or into one that is closed for it, too."""
    people = {*closed, *closed.values()}
    entries = entries_for((Expert, people)).filter(action="expert.merge", at__lt=at)
    named = [(int(entry.subject_id), _taken_in(entry)) for entry in proven(entries)]
    into = {(closed.get(pk, pk), number) for pk, number in named}
    rows = Expert.objects.filter(pk__in=closed).order_by().values_list("pk", "number")
    return {pk for pk, number in rows if (closed[pk], number) in into}


def _taken_in(entry: Entry) -> str:
    """Return the number of the record that was merged into that of ``entry``; "" in that of the closed one."""
    return str((entry.after or {}).get("并入", "")).rpartition("（")[2].removesuffix("）")


def works_elsewhere_since(at: datetime) -> Q:
    """Experts who got another employer since ``at``, as their versions say; also by a record that was merged
    into theirs."""
    versions = ExpertVersion.objects.filter(
        expert=OuterRef("pk"), at__gte=at, changed__contains=["employer"]
    )
    closed = Expert.objects.filter(merged_into=OuterRef("pk"), deleted_at__gte=at)
    return Q(Exists(versions)) | Q(Exists(closed))


def has_new_ties_since(at: datetime) -> Q:
    """Experts of `works_elsewhere_since`, and those of whom a relation was filed since ``at``."""
    filed = AvoidanceUnit.objects.filter(expert=OuterRef("pk"), created_at__gte=at)
    return works_elsewhere_since(at) | Q(Exists(filed))


def joined_since(at: datetime) -> set[int]:
    """Return the ids of the experts who came into the pool after ``at``: they are formal now, and were
    entered since or, by the log, were not formal then (pending, frozen, on the blacklist, deleted).
    Who was frozen since and is back has not come."""
    moves = Entry.objects.filter(action__in=STATUS_MOVES, at__gt=at).order_by("id")
    stood: dict[int, Any] = {}
    for entry in proven(moves):
        stood.setdefault(int(entry.subject_id), (entry.before or {}).get("状态"))
    came = [pk for pk, status in stood.items() if status != ExpertStatus.FORMAL.label]
    rows = Expert.objects.filter(Q(created_at__gt=at) | Q(pk__in=came), status=ExpertStatus.FORMAL)
    return set(rows.order_by().values_list("pk", flat=True))


@dataclass(frozen=True)
class TakenOut:
    """How many one hand took out of the pool, who are out of it now, and of how many they were."""

    by: str
    count: int
    of: int


def taken_out(since: datetime, *, now: datetime) -> list[TakenOut]:
    """Return who froze, blacklisted or deleted a fifth of the pool or more after ``since``, by the log:
    of those who are out of it ``now``. Who was no member when it was done was not taken out of it."""
    acts = Entry.objects.filter(
        action__in=TAKES_OUT,
        at__gt=since,
        subject_type=Expert._meta.label_lower,
        before__状态=ExpertStatus.FORMAL.label,
    ).order_by()
    if not _may_be_a_fifth(acts):
        return []
    away = Expert.objects.filter(not_in_pool(now)).annotate(key=Cast("pk", TextField()))
    entries = acts.filter(subject_id__in=away.order_by().values("key"))
    counted = entries.values("actor", "actor__name").annotate(
        count=Count("subject_id", distinct=True)
    )
    found = [row for row in counted if row["count"] >= FEWEST_TAKEN]
    # Counted only where somebody took out several.
    left = Expert.objects.exclude(not_in_pool(now)).count() if found else 0
    return [
        TakenOut(row["actor__name"] or "系统", row["count"], left + row["count"])
        for row in found
        if row["count"] * 5 >= left + row["count"]
    ]


def suspended_lately(since: datetime, *, now: datetime) -> list[TakenOut]:
    """Return what suspended a fifth of the members or more after ``since``, of those who are suspended ``now``."""
    first, today = timezone.localdate(since), timezone.localdate(now)
    found = []
    for one in SUSPENSIONS:
        if (q := one.since(first, today)) is None:
            continue
        members = Expert.objects.exclude(not_in_pool(now)).order_by()
        count = members.filter(q).count()
        of = members.count() if count >= FEWEST_TAKEN else 0
        if of and count * 5 >= of:
            found.append(TakenOut(one.by, count, of))
    return found


def _may_be_a_fifth(acts: QuerySet[Entry]) -> bool:
    """Tell whether ``acts`` of one hand are enough to have taken out a fifth of the pool, whoever is back: of the
    pool no more is read than shows that they are not."""
    most = max(
        (row["count"] for row in acts.values("actor").annotate(count=Count("pk"))), default=0
    )
    formal = Expert.objects.filter(status=ExpertStatus.FORMAL).order_by()
    return most >= FEWEST_TAKEN and not formal[4 * most : 4 * most + 1].exists()


@dataclass(frozen=True)
class StatusStep:
    """One act that changed where an expert stands, as the log has it; ``reason`` is what he was told of it."""

    at: datetime
    act: str
    before: str
    after: str
    by: str
    reason: str


def status_course(expert: Expert, *, own: bool = False) -> list[StatusStep]:
    """Return how ``expert`` came to where he stands, the latest first. His ``own`` page names nobody, and no
    reason that was not written for him."""
    acts = told(entries_for(expert).filter(action__in=STATUS_MOVES))
    return [
        StatusStep(
            entry.at,
            action_label(entry.action),
            str((entry.before or {}).get("状态", "")),
            str((entry.after or {}).get("状态", "")),
            "" if own else entry.actor_name or "系统",
            entry.note if not own or entry.action in WRITTEN_FOR_HIM else "",
        )
        for entry in proven(acts)
        if entry.before  # whoever another record was merged into stands where he stood
    ]


def standing_of(expert: Expert) -> StatusStep | None:
    """Return by what ``expert`` has the status that he has now: who was deleted and brought back, by what was
    before; who is frozen, and was on the blacklist meanwhile, by what froze him."""
    course = status_course(expert)
    now, back = expert.get_status_display(), {ExpertStatus.DELETED.label}
    if expert.status == ExpertStatus.FROZEN:
        back.add(ExpertStatus.BLACKLISTED.label)
    steps = (step for step in course if step.after == now and step.before not in back)
    return next(steps, next(iter(course), None))


def open_entry(expert: Expert) -> BlacklistEntry | None:
    """Return the entry by which ``expert`` is on the blacklist now."""
    if expert.status != ExpertStatus.BLACKLISTED:
        return None
    return (
        BlacklistEntry.objects.select_related("expert", "added_by", "removed_by")
        .filter(expert=expert, removed_at=None)
        .first()
    )


def blacklist_visible_to(user: User) -> QuerySet[BlacklistEntry]:
    """Return the entries, also ended ones, of the experts in the user's scope."""
    rows = BlacklistEntry.objects.filter(expert__in=experts_visible_to(user, "experts.blacklist"))
    return rows.select_related("expert", "expert__employer", "added_by", "removed_by")


def versions_of(expert: Expert) -> QuerySet[ExpertVersion]:
    """Return the versions of ``expert`` that may be told, the latest first."""
    return told(ExpertVersion.objects.filter(expert=expert)).order_by("-number")


def changes_visible_to(user: User) -> QuerySet[ExpertVersion]:
    """Return what was changed of the experts in the user's scope: each version but the first."""
    rows = ExpertVersion.objects.filter(number__gt=1, expert__in=experts_visible_to(user))
    return told(rows).select_related("expert", "expert__employer").defer("snapshot")


@dataclass(frozen=True)
class Difference:
    """One field of two versions, as a user may see it."""

    label: str
    before: str
    after: str
    changed: bool
    # Where they are read, of a field that is a file.
    before_url: str = ""
    after_url: str = ""


def differences(
    older: ExpertVersion, newer: ExpertVersion, user: User, labels: dict[str, str]
) -> list[Difference]:
    """Return the fields of two versions side by side, as ``user`` may see them; empty ones are left out."""
    before, after = json.loads(older.snapshot), json.loads(newer.snapshot)
    old_files, new_files = file_addresses(older, user), file_addresses(newer, user)
    return [
        Difference(
            label,
            shown(user, name, before.get(name, "")),
            shown(user, name, after.get(name, "")),
            # Two numbers that read alike once they are masked are different all the same.
            before.get(name, "") != after.get(name, ""),
            old_files.get(name, ""),
            new_files.get(name, ""),
        )
        for name, label in labels.items()
        if before.get(name) or after.get(name)
    ]


def shown(user: User, name: str, value: str) -> str:
    """Return a value of a version as ``user`` may see it."""
    return said(user, f"experts.{name}", value)
