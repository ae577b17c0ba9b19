"""Who of those that sit cannot come at the time that counts now."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import NamedTuple

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from expertpool.directory.models import FormerUnit
from expertpool.draws.enums import SEATED_STATES, ExclusionReason, InvitationState, Knowledge
from expertpool.draws.models import Draw, DrawPlan, Hold, Invitation
from expertpool.draws.queries.eligibility import Exclusions
from expertpool.draws.queries.identity import experts_behind, open_identity
from expertpool.draws.queries.meetings import last_closing, periods_of
from expertpool.draws.queries.moved import has_moved, moved_marks
from expertpool.draws.queries.reveal import is_released
from expertpool.draws.queries.sitting import lines_of, slots_left
from expertpool.draws.queries.ties import tied_since_seal
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert, Leave
from expertpool.experts.queries.availability import not_in_pool
from expertpool.experts.queries.experts import merged_records
from expertpool.experts.queries.leaves import lasting, overlapping

# By these somebody was chosen: that they changed since takes nobody his seat.
ONLY_TO_CHOOSE = {ExclusionReason.FREQUENCY_CAP, ExclusionReason.NOT_FITTING}
WORDS: dict[str, str] = {
    ExclusionReason.HELD: "您在这段时间已有另一场评审",
    ExclusionReason.ON_LEAVE: "您在这段时间已登记请假",
    ExclusionReason.EXPIRED: "您的聘期在这之前已满",
}
OTHERWISE = "按规定，您不能参加改期后的评审"
GONE = "您目前不在可参加评审的专家之列"
NO_AGREEING = (
    f"{GONE}，这次不能确认参加：可以答复不能参加，或联系项目联系人；不答复的，名额到时按规则递补。"
)
TWO_AT_ONCE = "请尽快请假，或联系项目联系人。"
AWAY = "评审期间请假，应更换"
TIED = "单位合并后应回避，应更换"
# By one sentence: of whom he is a colleague is no matter of his.
TO_AVOID = "您的单位信息有变动，按规定您须回避这次评审"
NO_AGREEING_TIED = f"{TO_AVOID}，不能确认参加：请答复不能参加，或联系项目联系人。"
NOT_COMING_TIED = f"{TO_AVOID}，请尽快请假，或联系项目联系人。"
NOT_COMING = f"{GONE}，请暂不到场，并联系项目联系人。"


# Of a merged record that of the one that stays.
_STAYS = Coalesce("expert__merged_into", "expert")
_STANDING = Coalesce("expert__merged_into__status", "expert__status")


def conflicts_of(
    draw: Draw, expert_ids: Collection[int], *, now: datetime
) -> dict[int, ExclusionReason]:
    """Return those of the experts who cannot come to the panel of ``draw`` when it sits, and why: all that
    is known, for themselves alone.
    None of them may be held for it at this moment."""
    return _conflicts(draw, expert_ids, now=now, knowing=Knowledge.ALL)


def _conflicts(
    draw: Draw, expert_ids: Collection[int], *, now: datetime, knowing: Knowledge
) -> dict[int, ExclusionReason]:
    plan = DrawPlan.objects.select_related("project").get(project_id=draw.project_id)
    # Of a record that was merged, the one that stays says whether he can come.
    merged = merged_records()
    stays = {pk: merged.get(pk, pk) for pk in expert_ids}
    found = Exclusions(plan, now=now, draw=draw, knowing=knowing).of(set(stays.values()))
    lost = {pk: found[one] for pk, one in stays.items() if one in found}
    return {pk: reason for pk, reason in lost.items() if reason not in ONLY_TO_CHOOSE}


def conflict_words(invitation: Invitation, *, now: datetime) -> str:
    """Say to the expert behind ``invitation`` why he cannot come at the new time, if that is so: he
    is asked like everybody, so that nobody else learns of it."""
    if not _is_unheld(invitation):
        return ""
    expert_id = open_identity(invitation).expert_id
    reason = conflicts_of(invitation.draw, [expert_id], now=now).get(expert_id)
    return WORDS.get(reason, OTHERWISE) if reason else ""


def gone_words(invitation: Invitation, *, now: datetime) -> str:
    """Say to the expert behind ``invitation`` that he is no member of the pool now, that he has to stay away
    since units were merged or he works for another, or that he cannot come although a hand wrote down that he agreed, and what he
    can do, if that is so."""
    agreed = invitation.state != InvitationState.INVITED
    if is_gone(invitation, now=now):
        return NOT_COMING if agreed else NO_AGREEING
    if _has_to_avoid(invitation):
        return NOT_COMING_TIED if agreed else NO_AGREEING_TIED
    why = conflict_words(invitation, now=now) if agreed else ""
    return f"{why}：{TWO_AT_ONCE}" if why else ""


def gone_seats(draws: Iterable[Draw], *, now: datetime) -> dict[int, str]:
    """Say of the seats (ids) of ``draws`` whose experts are no members of the pool now that they are to
    be replaced (财库〔2016〕198号): of draws whose names are public, until the review is
    over. While names are sealed it would tell the office who sits.

    One query, whatever the draws; of sealed ones none.
    """
    return _marks_of(draws, now=now).gone


def left_seats(draws: Iterable[Draw], *, now: datetime) -> dict[int, str]:
    """Return `gone_seats`, and of the same draws the seats of those whom the office sent on leave since they
    answered (docs/decisions/0143), who have to stay away since units were merged after the seal (0141),
    or may not sit by the unit for which they work since (0165): one query where there are none."""
    return _left(_marks_of(draws, now=now), now=now)


def seats_to_replace(draws: Iterable[Draw], *, now: datetime) -> dict[int, str]:
    """Return `left_seats`, and of the same draws those who cannot come at the time to which they were
    moved, by what may be told now: who sits in another draw only once its names are public, too.

    Where nobody of these is unheld, away or works elsewhere, and no units were merged, it is one query.
    """
    found = _marks_of(draws, now=now)
    away: dict[int, str] = {}
    for draw, rows in found.unheld:
        lost = _conflicts(draw, [*rows], now=now, knowing=Knowledge.OPEN)
        away |= {
            rows[expert]: f"改期后不能参加：{reason.label}，应更换"
            for expert, reason in lost.items()
            # By agreeing to this review he would himself have taken part in that period.
            if reason != ExclusionReason.AVOIDED_PERIOD
        }
    return away | _left(found, now=now)


class _Marks(NamedTuple):
    """What `gone_seats` says; and of each of its draws who is not held, who has a leave of the office, who
    sits where units were merged since the seal, and who has other ties since, by the record that stays (expert id → seat)."""

    gone: dict[int, str]
    unheld: list[tuple[Draw, dict[int, int]]]
    away: list[tuple[Draw, dict[int, int]]]
    merged: list[tuple[Draw, dict[int, int]]]
    moved: list[tuple[Draw, dict[int, int]]]


def _left(found: _Marks, *, now: datetime) -> dict[int, str]:
    absent = _absent(found.away, now=now)
    return _moved(found.moved) | _tied(found.merged) | absent | found.gone


def _marks_of(draws: Iterable[Draw], *, now: datetime) -> _Marks:
    shown = {
        draw.pk: draw
        for draw in draws
        if draw.is_valid and is_released(draw) and now < last_closing(draw.covered)
    }
    if not shown:
        return _Marks({}, [], [], [], [])
    seated = Invitation.objects.filter(draw__in=shown, state__in=SEATED_STATES)
    unheld = Exists(Hold.objects.filter(invitation=OuterRef("pk"), active=False))
    gone = Exists(_gone(now).filter(pk=OuterRef("expert")))
    merged = Exists(FormerUnit.objects.filter(merged_at__gte=OuterRef("draw__sealed_at")))
    away = Exists(_leaves_of_office())
    # Since the first of them was sealed: each asks again by its own seal.
    moved = has_moved(min(draw.sealed_at for draw in shown.values()))
    rows = seated.annotate(gone=gone, unheld=unheld, away=away, merged=merged, moved=moved)
    rows = rows.filter(
        Q(gone=True) | Q(unheld=True) | Q(away=True) | Q(merged=True) | Q(moved=True)
    )
    marks: dict[int, str] = {}
    others: dict[int, dict[int, int]] = defaultdict(dict)
    absent: dict[int, dict[int, int]] = defaultdict(dict)
    tied: dict[int, dict[int, int]] = defaultdict(dict)
    elsewhere: dict[int, dict[int, int]] = defaultdict(dict)
    columns = rows.order_by().values_list(
        "pk", "draw", "expert", _STAYS, _STANDING, "gone", "unheld", "away", "merged", "moved"
    )
    for (
        pk,
        draw,
        expert,
        stays,
        status,
        is_gone,
        is_unheld,
        is_away,
        is_merged,
        is_moved,
    ) in columns:
        if is_gone:
            marks[pk] = f"已不在库：{ExpertStatus(status).label}，应更换"
        if is_unheld and not is_gone:
            others[draw][expert] = pk
        if is_away and not is_gone:
            absent[draw][expert] = pk
        if is_merged and not is_gone:
            tied[draw][stays] = pk
        if is_moved and not is_gone:
            elsewhere[draw][stays] = pk
    return _Marks(
        marks,
        [(shown[pk], found) for pk, found in others.items()],
        [(shown[pk], found) for pk, found in absent.items()],
        [(shown[pk], found) for pk, found in tied.items()],
        [(shown[pk], found) for pk, found in elsewhere.items()],
    )


def _leaves_of_office() -> QuerySet[Leave]:
    """Return the leaves of the expert of an outer line that somebody else filed since he answered, or was
    asked: he knew of none of them when he agreed."""
    leaves = Leave.objects.filter(
        expert=Coalesce(OuterRef("expert__merged_into"), OuterRef("expert")),
        created_at__gt=Coalesce(OuterRef("replied_at"), OuterRef("invited_at")),
    )
    own = Coalesce(OuterRef("expert__merged_into__user"), OuterRef("expert__user"), Value(0))
    return leaves.exclude(created_by=own)


def _absent(away: Iterable[tuple[Draw, dict[int, int]]], *, now: datetime) -> dict[int, str]:
    """Say of which seats (ids) the leave lies in the time of a review to which they still come."""
    marks: dict[int, str] = {}
    for draw, rows in away:
        seats = Invitation.objects.filter(pk__in=rows.values())
        for seat in lines_of([draw], seats):
            overlap = overlapping(periods_of(slots_left(seat, draw.covered, now=now)))
            found = _leaves_of_office().filter(overlap).values("pk")
            keys = seats.filter(pk=seat.pk).values_list(ArraySubquery(found), flat=True).get()
            # The rows alone would have somebody replaced by a leave that nobody filed.
            if keys and lasting(Leave.objects.filter(pk__in=keys)):
                marks[seat.pk] = AWAY
    return marks


def _tied(merged: Iterable[tuple[Draw, dict[int, int]]]) -> dict[int, str]:
    """Say of which seats (ids) the expert is tied to what the project avoids, by such a merge."""
    return {rows[pk]: TIED for draw, rows in merged for pk in tied_since_seal(draw, rows.keys())}


def _moved(moved: Iterable[tuple[Draw, dict[int, int]]]) -> dict[int, str]:
    """Say of which seats (ids) the expert may not sit by the unit for which he works now, and why."""
    return {
        rows[pk]: words
        for draw, rows in moved
        for pk, words in moved_marks(draw, rows.keys()).items()
    }


def last_tie(draw: Draw, seats: Collection[int]) -> datetime | None:
    """Return when the last merge of units was by which who sits on ``seats`` (ids) has to stay away."""
    rows = Invitation.objects.filter(pk__in=seats).order_by()
    found = tied_since_seal(draw, set(rows.values_list(_STAYS, flat=True)))
    return max(found.values(), default=None)


def _has_to_avoid(invitation: Invitation) -> bool:
    """Whether the expert behind ``invitation`` is tied to what the project avoids since units were merged
    after the seal, or may not sit by the unit for which he works since: for himself."""
    draw, expert_id = invitation.draw, open_identity(invitation).expert_id
    stays = Expert.objects.values_list("merged_into", flat=True).get(pk=expert_id) or expert_id
    return bool(moved_marks(draw, [stays], openly=False) or tied_since_seal(draw, [stays]))


def gone_among(lines: QuerySet[Invitation], *, now: datetime) -> dict[int, tuple[int, str]]:
    """Return those of ``lines`` (ids) whose experts are no members of the pool now, with expert and
    status; names sealed or not: for what the system does, never for anybody to read."""
    who = experts_behind(lines)
    gone = _gone(now).filter(pk__in=set(who.values()))
    statuses = dict(gone.order_by().values_list("pk", Coalesce("merged_into__status", "status")))
    return {line: (pk, statuses[pk]) for line, pk in who.items() if pk in statuses}


def is_gone(invitation: Invitation, *, now: datetime) -> bool:
    """Whether the expert behind ``invitation`` is no member of the pool now: for himself, and for what
    the system does."""
    return _gone(now).filter(pk=open_identity(invitation).expert_id).exists()


def _gone(now: datetime) -> QuerySet[Expert]:
    """Return who is no member of the pool; of a record that was merged the one that stays says so."""
    out = Expert.objects.filter(not_in_pool(now))
    # Asked of each by its id: as a set, it would be all of the pool that is out, for a few lines.
    stays = Coalesce(OuterRef("merged_into"), OuterRef("pk"))
    return Expert.objects.filter(Exists(out.filter(pk=stays)))


def _is_unheld(invitation: Invitation) -> bool:
    return Hold.objects.filter(invitation=invitation, active=False).exists()
