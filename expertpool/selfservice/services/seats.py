"""What a leave of an expert does to his seats."""

from __future__ import annotations

from datetime import datetime

from django.urls import reverse

from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.exceptions import ReplyRefused
from expertpool.draws.models import Invitation
from expertpool.draws.queries.meetings import sits_during
from expertpool.draws.queries.own import invitations_of
from expertpool.draws.services.entropy import Entropy
from expertpool.draws.services.replies import answer, may_take_leave, take_leave
from expertpool.experts.models import Expert
from expertpool.experts.queries.coming import ComingSeat, ComingSeats, Period
from expertpool.selfservice.queries.letters import Letter, letters_of


def own_seats(expert: Expert, *, during: Period, seen: str, now: datetime) -> ComingSeats:
    """Return the seats of ``expert`` that overlap ``during``, for himself: sealed or not."""
    letters = letters_of(expert, now=now)
    seats = [
        _own_seat(expert, letter, now)
        for letter in (*letters.open, *letters.coming)
        if sits_during(letter.projects, *during)
    ]
    note = "登记请假只影响以后的抽取，不等于退出下列已邀请您的评审。"
    tick = "同时退出这些评审（不能撤回），名额由其他专家递补"
    return ComingSeats(seats, frozenset(seen.split(",")), note, tick)


def _own_seat(expert: Expert, letter: Letter, now: datetime) -> ComingSeat:
    may = letter.is_open or may_take_leave(letter.invitation, now=now)
    return ComingSeat(
        key=str(letter.invitation.pk),
        expert=expert.name,
        review=letter.title,
        url=reverse("selfservice:review", args=[letter.invitation.pk]),
        at=letter.opening_at,
        state=letter.state_label,
        may_ask=may,
        then="勾选下面一项即让出，由其他专家递补；不勾选的，仍须参加"
        if may
        else "已不能在此请假，如不能参加请直接联系项目联系人",
    )


def give_up_own_seats(
    *, expert: Expert, coming: ComingSeats, now: datetime, entropy: Entropy
) -> str:
    """Let ``expert`` out of all reviews of ``coming``, by his own word; return in words what came of it."""
    rows = {str(row.pk): row for row in invitations_of(expert)}
    given, refused = 0, []
    for seat in coming.seats:
        try:
            _give_up(rows[seat.key], now=now, entropy=entropy)
        # The others are given up all the same: he is away for all of them.
        except ReplyRefused as refusal:
            refused.append(f"{seat.review}：{refusal}")
        else:
            given += 1
    done = f"已退出 {given} 场评审，名额由其他专家递补" if given else ""
    return "；".join(filter(None, (done, *refused)))


def _give_up(row: Invitation, *, now: datetime, entropy: Entropy) -> None:
    reason = "请假"  # why he is away is for his record, not for that of the draw
    if row.state == InvitationState.ACCEPTED:
        take_leave(invitation=row, reason=reason, via=ReplyVia.PORTAL, now=now, entropy=entropy)
    else:
        answer(
            invitation=row,
            accept=False,
            reason=reason,
            via=ReplyVia.PORTAL,
            now=now,
            entropy=entropy,
        )
