"""The files of a project for the experts who take part in it; what a leave of theirs does to their seats."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.urls import reverse

from expertpool.audit.services import record
from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.exceptions import ReplyRefused
from expertpool.draws.models import Invitation
from expertpool.draws.queries.meetings import sits_during
from expertpool.draws.queries.own import invitations_of
from expertpool.draws.services.entropy import Entropy
from expertpool.draws.services.replies import answer, may_take_leave, take_leave
from expertpool.experts.models import Expert
from expertpool.experts.queries.coming import ComingSeat, ComingSeats, Period
from expertpool.files.models import Attachment
from expertpool.files.queries import attachments_of, is_evidence, subject_of
from expertpool.selfservice.queries import Letter, letters_of


def files_of(invitation: Invitation) -> list[Attachment]:
    """Return the files of all projects for which the expert of ``invitation`` sits, and of their
    batch; never what proves how they were drawn: a recording may show who else sits."""
    projects = invitation.draw.covered
    batch = projects[0].batch
    return [
        row
        for one in (*filter(None, [batch]), *projects)
        for row in attachments_of(one)
        if not is_evidence(row)
    ]


@transaction.atomic
def note_expert_download(*, invitation: Invitation, attachment: Attachment, now: datetime) -> None:
    """Log that the expert of ``invitation`` takes a file of the project.

    The entry names his line, not him: names may still be sealed.
    """
    record(
        # Nobody signed in by the link, and a name in the log would break the seal.
        "file.download",
        actor=None,
        now=now,
        subject=subject_of(attachment),
        note=f"{attachment.name}（{invitation.draw.number} 第 {invitation.line} 行的专家）",
    )


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
