"""Who of those that sit cannot come at the time that counts now."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime

from django.db.models import QuerySet

from expertpool.draws.enums import SEATED_STATES, ExclusionReason, InvitationState, Knowledge
from expertpool.draws.models import Draw, DrawPlan, Hold, Invitation
from expertpool.draws.queries.eligibility import Exclusions
from expertpool.draws.queries.identity import open_identity
from expertpool.draws.queries.meetings import last_closing
from expertpool.draws.queries.reveal import is_released
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.queries.availability import blacklisted, deleted, not_formal

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
NOT_COMING = f"{GONE}，请暂不到场，并联系项目联系人。"


def conflicts_of(
    draw: Draw, expert_ids: Collection[int], *, now: datetime
) -> dict[int, ExclusionReason]:
    """Return those of the experts who cannot come to the panel of ``draw`` when it sits, and why: all that
    is known, for themselves alone.
    None of them may be held for it at this moment."""
    plan = DrawPlan.objects.select_related("project").get(project_id=draw.project_id)
    found = Exclusions(plan, now=now, draw=draw, knowing=Knowledge.ALL).of(expert_ids)
    return {pk: reason for pk, reason in found.items() if reason not in ONLY_TO_CHOOSE}


def conflict_words(invitation: Invitation, *, now: datetime) -> str:
    """Say to the expert behind ``invitation`` why he cannot come at the new time, if that is so: he
    is asked like everybody, so that nobody else learns of it."""
    if not _is_unheld(invitation):
        return ""
    expert_id = open_identity(invitation).expert_id
    reason = conflicts_of(invitation.draw, [expert_id], now=now).get(expert_id)
    return WORDS.get(reason, OTHERWISE) if reason else ""


def gone_words(invitation: Invitation, *, now: datetime) -> str:
    """Say to the expert behind ``invitation`` that he is no member of the pool now, and what he can do,
    if that is so."""
    expert_id = open_identity(invitation).expert_id
    if not _gone(now).filter(pk=expert_id).exists():
        return ""
    return NO_AGREEING if invitation.state == InvitationState.INVITED else NOT_COMING


def gone_seats(draws: Iterable[Draw], *, now: datetime) -> dict[int, str]:
    """Say of the seats (ids) of ``draws`` whose experts are no members of the pool now that they are to
    be replaced (财库〔2016〕198号): of draws whose names are public, until the review is
    over. While names are sealed it would tell the office who sits.

    One query, whatever the draws; of sealed ones none.
    """
    shown = [
        draw.pk
        for draw in draws
        if draw.is_valid and is_released(draw) and now < last_closing(draw.covered)
    ]
    if not shown:
        return {}
    rows = Invitation.objects.filter(draw__in=shown, state__in=SEATED_STATES, expert__in=_gone(now))
    return {
        pk: f"已不在库：{ExpertStatus(status).label}，应更换"
        for pk, status in rows.order_by().values_list("pk", "expert__status")
    }


def _gone(now: datetime) -> QuerySet[Expert]:
    return Expert.objects.filter(deleted() | blacklisted(now) | not_formal())


def _is_unheld(invitation: Invitation) -> bool:
    return Hold.objects.filter(invitation=invitation, active=False).exists()
