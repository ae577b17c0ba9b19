"""Whose doing it is that somebody who was sealed cannot be seated when his turn comes (docs/decisions/0112).

He could when the draw was sealed, so something changed since. What experts do themselves, what other
draws bring with them, and what time alone does is nobody's hand, as long as it takes few turns; all else is one of the office, also where
it is right, and also where the log knows nothing of it: rows may have been written past it.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any, NamedTuple

from django.db.models import Q

from expertpool.accounts.models import User
from expertpool.accounts.queries import managed_since
from expertpool.audit.actions import action_label
from expertpool.audit.models import Entry
from expertpool.audit.queries import entries_for
from expertpool.audit.services import proven
from expertpool.draws.enums import RESTS_ON_DRAWS, SEATED_STATES, ExclusionReason
from expertpool.draws.models import Draw, DrawPause, Invitation, Rescheduling
from expertpool.draws.queries.draws import panel_of
from expertpool.draws.queries.fitting import fitted_at_seal
from expertpool.draws.queries.identity import experts_behind
from expertpool.draws.queries.meetings import coming, periods_of
from expertpool.draws.queries.participation import draws_holding
from expertpool.experts.models import AvoidanceUnit, Expert, Leave
from expertpool.experts.queries.experts import account_of, merged_records
from expertpool.experts.queries.leaves import lasting, overlapping
from expertpool.experts.queries.records import (
    declared_relations,
    filed_leaves,
    merged_before,
    suspended_lately,
    taken_out,
)
from expertpool.projects.queries.applicants import applicants_of
from expertpool.workflow.queries.second_person import why_not_second

# Nobody comes to one of these by himself, whatever the log says.
STATUS = frozenset(
    {ExclusionReason.NOT_FORMAL, ExclusionReason.DELETED, ExclusionReason.BLACKLISTED}
)
AVOIDED = frozenset({ExclusionReason.AVOIDED_UNIT, ExclusionReason.AVOIDED_PERSON})
# What is taken by a hand only where more came together than chance would bring.
OWN = frozenset({ExclusionReason.ON_LEAVE, ExclusionReason.IN_PANEL})
# By which entry a draw seats, and where it says how many.
SEATINGS = {"draw.seat": "入席人数", "draw.supplement": "补抽人数"}
# By which somebody may come to speak for an expert.
TAKING = ("expert.update", "expert.unit", "expert.account", "expert.link")
# Before a seal, who took much of the pool out of it within these days is told.
EMPTIED_WITHIN = timedelta(days=7)
# What changes who fits or has to stay away, of whomever.
_OF_ALL = Q(action__in=("expert.tag", "expert.tag_delete", "expert.tag_save", "project.avoidance"))
for _prefix in ("directory.", "customfield.", "department.", "setting."):
    _OF_ALL |= Q(action__startswith=_prefix)


class Change(NamedTuple):
    """What somebody did to an expert, or (``expert_id`` None) to what holds of many."""

    expert_id: int | None
    user_id: int
    action: str
    at: datetime


@dataclass
class PoolChanges:
    """What was changed since ``draw`` was sealed of the experts ``lost`` to it, whose turn came (by
    id, why they cannot be seated ``now``)."""

    draw: Draw
    lost: Mapping[int, ExclusionReason]
    now: datetime

    def by_hand(self) -> set[int]:
        """Return those who are lost by a hand of the office."""
        return {pk for pk, reason in self.lost.items() if self._is_hand(pk, reason)}

    def by_chance(self) -> set[int]:
        """Return those whom other draws took, or time alone: each of them by nobody's hand."""
        own = {pk for pk, why in self.lost.items() if why in OWN or self._is_own_relation(pk, why)}
        return self.lost.keys() - own - self.by_hand()

    def _is_hand(self, pk: int, reason: ExclusionReason) -> bool:
        if reason in STATUS or pk in self._joined:
            return True
        if reason == ExclusionReason.HELD:
            return any(one.user_id in self._behind for one in self._holding.get(pk, ()))
        if reason == ExclusionReason.UNIT_FULL:
            changed = self._touched & {pk, *self._sitting}
            return not self._has_grown or bool(changed or self._of_all)
        if reason in RESTS_ON_DRAWS:
            return reason == ExclusionReason.AVOIDED_PERIOD and bool(self._of_all)
        if reason == ExclusionReason.ON_LEAVE:
            return self._is_sent_away(pk)
        if self._is_own_relation(pk, reason):
            return False
        return not self._came_by_itself(pk, reason) or pk in self._touched or bool(self._of_all)

    def _is_own_relation(self, pk: int, reason: ExclusionReason) -> bool:
        return reason in AVOIDED and self._has_declared(pk) and pk not in self._touched

    @cached_property
    def _behind(self) -> set[int]:
        """Who wants this draw to come out well: its operator and the applicants."""
        applicants = (applicants_of(project) for project in self.draw.covered)
        return {self.draw.operator_id}.union(*applicants)

    @cached_property
    def _periods(self) -> list[tuple[datetime, datetime]]:
        return periods_of(coming(self.draw.covered, now=self.now, begun=False))

    @cached_property
    def _holding(self) -> dict[int, list[Change]]:
        """Whose draws, ordered or moved since the seal, hold the lost at the time of this one."""
        held = [pk for pk, why in self.lost.items() if why == ExclusionReason.HELD]
        holding = draws_holding(held, self._periods) if held else {}
        ids = set().union(*holding.values())
        since = self.draw.sealed_at
        acts: dict[int, list[tuple[int, str, datetime]]] = defaultdict(list)
        for row in Draw.objects.filter(pk__in=ids, ordered_at__gte=since):
            acts[row.pk].append((row.operator_id, "draw.seal", row.sealed_at))
        for move in Rescheduling.objects.filter(draw__in=ids, moved_at__gte=since):
            acts[move.draw_id].append((move.moved_by_id, "draw.reschedule", move.moved_at))
        return {
            pk: [Change(None, *act) for draw in sorted(draws) for act in acts[draw]]
            for pk, draws in holding.items()
        }

    @cached_property
    def _joined(self) -> set[int]:
        """Into whose records others were merged since the seal, or nobody knows when: by whoever sits or
        took part as one of these, he does now."""
        closed = merged_records(into=self.lost)
        known = merged_before(self.draw.sealed_at, closed) if closed else set()
        return {stays for pk, stays in closed.items() if pk not in known}

    @cached_property
    def _beside(self) -> list[Draw]:
        return [one for one in panel_of(self.draw) if one.pk != self.draw.pk]

    @cached_property
    def _has_grown(self) -> bool:
        """Whether another draw of the panel has seated somebody since the seal, as the log has it. Nothing
        else fills a unit: of all others this draw keeps its cap by the units that it sealed."""
        seatings = entries_for((Draw, [one.pk for one in self._beside])).filter(
            action__in=SEATINGS, at__gte=self.draw.sealed_at
        )
        counts = (entry.after or {} for entry in proven(seatings))
        return any(after.get(label) for after in counts for label in SEATINGS.values())

    @cached_property
    def _sitting(self) -> set[int]:
        """Who sits in the panel, where a unit is full: whose colleague somebody became is one of these."""
        if ExclusionReason.UNIT_FULL not in self.lost.values():
            return set()
        draws = [self.draw, *self._beside]
        return set(
            experts_behind(
                Invitation.objects.filter(draw__in=draws, state__in=SEATED_STATES)
            ).values()
        )

    def _came_by_itself(self, pk: int, reason: ExclusionReason) -> bool:
        """Whether no row had to change for it: he became too old or too busy for the conditions, or the
        review was moved, which brings terms to their end and relations to bear."""
        if reason == ExclusionReason.NOT_FITTING:
            return pk in self._fitted
        return self._is_moved

    @cached_property
    def _fitted(self) -> set[int]:
        lost = [pk for pk, why in self.lost.items() if why == ExclusionReason.NOT_FITTING]
        return fitted_at_seal(self.draw, lost)

    @cached_property
    def _is_moved(self) -> bool:
        """Whether the panel sits at another time than that for which it was sealed."""
        moves = entries_for(self.draw).filter(action="draw.reschedule", at__gte=self.draw.sealed_at)
        return any(proven(moves))

    def _is_sent_away(self, pk: int) -> bool:
        """Whether the office, or who may act as the expert, filed his leave after the seal, or nobody
        filed it: whoever writes a row writes its date as well."""
        rows = self._leaves.get(pk, [])
        by = {row.created_by_id for row in rows if row.created_at >= self.draw.sealed_at}
        if not by:
            return not (rows and self._filed.issuperset(row.pk for row in rows) and self._is_moved)
        if not self._filed.issuperset(row.pk for row in rows):
            return True
        return by != {self._accounts[pk]} or None in by or self._is_taken(pk)

    def _has_declared(self, pk: int) -> bool:
        """Whether the expert himself declared a relation after the seal."""
        own = self._accounts[pk]
        return own is not None and self._declared.get(pk) == {own} and not self._is_taken(pk)

    def _is_taken(self, pk: int) -> bool:
        """Whether somebody may have come to use the account of the expert since."""
        handled = any(one.expert_id == pk and one.action in TAKING for one in self.touching)
        return handled or self._accounts[pk] in self._managed

    @cached_property
    def _leaves(self) -> dict[int, list[Leave]]:
        """The leaves that keep the lost from this draw."""
        rows: dict[int, list[Leave]] = defaultdict(list)
        for row in lasting(Leave.objects.filter(overlapping(self._periods), expert__in=self.lost)):
            rows[row.expert_id].append(row)
        return rows

    @cached_property
    def _filed(self) -> set[int]:
        return filed_leaves(row for rows in self._leaves.values() for row in rows)

    @cached_property
    def _declared(self) -> dict[int, set[int | None]]:
        """By whom relations of the lost were declared after the seal, as the log has it, too."""
        rows = list(
            AvoidanceUnit.objects.filter(
                expert__in=self.lost, created_at__gte=self.draw.sealed_at
            ).order_by()
        )
        known = declared_relations(rows)
        by: dict[int, set[int | None]] = defaultdict(set)
        for row in rows:
            by[row.expert_id].add(row.created_by_id if row.pk in known else None)
        return by

    @cached_property
    def _managed(self) -> set[int]:
        """Whose accounts were opened, changed or given a password since the seal."""
        accounts = {user for user in self._accounts.values() if user}
        return {act.user for act in managed_since(accounts, self.draw.sealed_at)}

    @cached_property
    def touching(self) -> list[Change]:
        """What others did to the experts themselves since the seal, as the log has it; also to those of
        whom one's unit is full."""
        entries = entries_for((Expert, {*self.lost, *self._sitting})).filter(
            action__startswith="expert.", at__gte=self.draw.sealed_at, actor__isnull=False
        )
        rows = entries.exclude(action="expert.reveal").values_list(
            "subject_id", "actor", "action", "at"
        )
        return [
            Change(int(pk), actor, action, at)
            for pk, actor, action, at in rows
            if actor != self._accounts.get(int(pk))
        ]

    def changes(self, experts: Collection[int]) -> list[Change]:
        """Return what was changed of ``experts``, and which draws hold them; where nothing is known of
        one of them, also what was changed of many."""
        own = [one for one in self.touching if one.expert_id in {*experts, *self._sitting}]
        # One draw is one act, however many it holds.
        draws = {act: None for pk in experts for act in self._holding.get(pk, ())}
        unknown = set(experts) - {one.expert_id for one in own} - self._holding.keys()
        return [*own, *draws, *(self._of_all if unknown else ())]

    @cached_property
    def _touched(self) -> set[int | None]:
        return {one.expert_id for one in self.touching}

    @cached_property
    def _of_all(self) -> list[Change]:
        entries = Entry.objects.filter(
            _OF_ALL, at__gte=self.draw.sealed_at, actor__isnull=False
        ).exclude(subject_type=Expert._meta.label_lower)
        rows = entries.order_by().values_list("actor", "action", "at")
        return [Change(None, actor, action, at) for actor, action, at in rows]

    @cached_property
    def _accounts(self) -> dict[int, int | None]:
        experts = Expert.objects.filter(pk__in={*self.lost, *self._sitting}).select_related("user")
        accounts = {expert.pk: account_of(expert) for expert in experts}
        return {pk: account.pk if account else None for pk, account in accounts.items()}


def emptied_in_words(now: datetime) -> str:
    """Say who took a fifth of the pool or more out of it within the last days, or by what so many were suspended;
    empty: nobody did. The pool is what all who manage it see: it says nothing of who can be drawn."""
    since, days = now - EMPTIED_WITHIN, EMPTIED_WITHIN.days
    taken = [
        f"{one.by} 在 {days} 天内冻结、移入黑名单或删除了 {one.count} 名专家，"
        f"占当时在库的 {one.count * 100 // one.of}%，至今没有恢复"
        for one in taken_out(since, now=now)
    ]
    suspended = [
        f"因{one.by}，{days} 天内有 {one.count} 名专家停止抽取，占在库的 {one.count * 100 // one.of}%，至今没有恢复"
        for one in suspended_lately(since, now=now)
    ]
    return "；".join([*taken, *suspended])


def sharing_in_words(now: datetime) -> str:
    """Say who changed within the last days whose projects may draw the experts of which departments."""
    entries = Entry.objects.filter(action="expert.sharing", at__gt=now - EMPTIED_WITHIN)
    counts = Counter(f"{one.actor_name} 改动了“{one.subject_label}”" for one in proven(entries))
    return "；".join(
        f"{EMPTIED_WITHIN.days} 天内{words}的共享规则 {count} 次" for words, count in counts.items()
    )


def told_of(lost: Mapping[int, ExclusionReason], changes: Collection[Change]) -> dict[str, Any]:
    """Return what supervisors are told: how many turns by what kind of change, and who changed what
    as whom; no expert."""
    users = User.objects.prefetch_related("roles").in_bulk({one.user_id for one in changes})
    counts = Counter((one.user_id, one.action) for one in changes)
    kinds = Counter(str(ExclusionReason(reason).label) for reason in lost.values())
    return {
        "count": len(lost),
        "kinds": dict(kinds),
        "changes": [
            {
                "user": pk,
                "who": _called(users[pk]),
                "what": action_label(action),
                "count": count,
            }
            for (pk, action), count in sorted(counts.items())
        ],
    }


def _called(user: User) -> str:
    roles = "、".join(role.name for role in user.roles.all()) or "无角色"
    return f"{user.name}（账号 {user.username}，{roles}）"


def kinds_in_words(told: Mapping[str, Any]) -> str:
    return "、".join(f"{kind} {count} 人" for kind, count in told.get("kinds", {}).items())


def changes_in_words(told: Mapping[str, Any]) -> str:
    """Return who changed what, as the log has it."""
    found = "；".join(
        f"{one['who']}{one['what']} {one['count']} 次" for one in told.get("changes", [])
    )
    return found or (
        "操作日志中没有对应的记录：资料可能被直接改动，请联系系统管理员；也可能是时间推移或其他抽取所致"
    )


def firsts_of(pause: DrawPause) -> set[int]:
    """Return (ids) who runs the draw, and who changed the pool."""
    return {pause.draw.operator_id, *(one["user"] for one in pause.told.get("changes", []))}


def why_not_to_resume(pause: DrawPause, user: User, *, now: datetime) -> str:
    """Return why ``user`` cannot let the draw go on after the pool was changed: he is to be another
    than its operator and than whoever changed it. Empty where he can."""
    firsts = firsts_of(pause)
    if user.pk in firsts:
        return "您经办了本次抽取或改动了专家资料，须由另一位有权限的人核对后恢复。"
    return why_not_second(user, firsts, asked_at=pause.paused_at, now=now)
