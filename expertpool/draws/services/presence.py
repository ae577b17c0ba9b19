"""到场签到: an expert confirms at the place that he has come; once all have, the names open."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.jobs import defer
from expertpool.core.text import SAY_MORE, clean_digits, is_reason, moment_text, too_long
from expertpool.draws.enums import AlarmKind, InvitationState, NoteCode, StepReason
from expertpool.draws.exceptions import SignInRefused
from expertpool.draws.models import Draw, Invitation
from expertpool.draws.queries.draws import panel_of
from expertpool.draws.queries.presence import (
    OPENED,
    has_come,
    is_code,
    is_expected,
    is_stopped,
    presence_of,
    stopped,
)
from expertpool.draws.queries.readiness import ARCHIVED
from expertpool.draws.queries.reveal import is_latest, proven_opening
from expertpool.draws.services.alarms import Overdue, raise_alarm
from expertpool.draws.services.hands import by_system
from expertpool.draws.services.locking import lock_draw
from expertpool.draws.services.names import release
from expertpool.draws.services.records import sits_as_recorded
from expertpool.draws.services.replies import lock_invitation
from expertpool.draws.services.reveal import FIELDS, set_reveal
from expertpool.draws.services.state import at_head, write_note
from expertpool.draws.services.written import write_lines

NOT_SO = "这次评审不用签到码，请在现场的签到表上签字。"
NOT_COMING = "您没有确认参加这次评审，无需签到。"
OVER = "已过预定的评审结束时间，不再签到。"
WRONG = "签到码不对：请填写现场屏幕上现在显示的 6 位数字，它每 2 分钟更换一次。"
TOO_MANY = "签到码填错太多次，不能再填：请告诉现场工作人员，由他在抽取页面点「允许再填签到码」。"
NOBODY_STOPPED = "没有因填错太多次而不能签到的专家。"


def sign_in(*, invitation: Invitation, code: str, now: datetime) -> Invitation:
    """Note that the expert of ``invitation`` is at the place, where ``code`` is shown.

    A second time changes nothing. The last one lets the names open. Logged without who it was:
    names are sealed. Refuses (SignInRefused) where nobody signs in so, whoever is not expected, too early or
    after the end, a wrong code and, after `MOST_TRIES` of them, any.
    """
    with transaction.atomic():
        invitation = lock_invitation(invitation)
        # Before the code is looked at: who is there need not know what the screen shows now.
        if has_come(invitation, now=now):
            return invitation
        _check(invitation, now=now)
        if is_code(invitation.draw, clean_digits(code), now=now):
            _sign(invitation, now=now)
            return invitation
        # By the database: of many tries at once each counts.
        Invitation.objects.filter(pk=invitation.pk).update(sign_in_tries=F("sign_in_tries") + 1)
    # Outside: the try counts.
    raise SignInRefused(WRONG)


def _check(invitation: Invitation, *, now: datetime) -> None:
    presence = presence_of(invitation.draw, now=now)
    if presence is None:
        raise SignInRefused(NOT_SO)
    agreed = invitation.state == InvitationState.ACCEPTED
    if not (agreed and is_expected(invitation, now=now)):
        raise SignInRefused(NOT_COMING)
    if now < presence.since:
        raise SignInRefused(f"签到从 {moment_text(presence.since)} 开始，请到场后再签到。")
    if not presence.is_open(now):
        raise SignInRefused(OVER)
    if is_stopped(invitation):
        raise SignInRefused(TOO_MANY)


def _sign(invitation: Invitation, *, now: datetime) -> None:
    write_lines([invitation], signed_in_at=now)
    draw = invitation.draw
    presence = presence_of(draw, now=now)
    assert presence is not None  # noqa: S101 (checked by the caller)
    record("draw.sign_in", actor=None, now=now, subject=draw, after=presence.counted)
    # Jobs of their own, each with the lock of its draw: of two who sign in at once the later sees both.
    for one in panel_of(draw):
        defer("draws.open_when_present", draw_id=one.pk)


@transaction.atomic
def allow_tries(*, draw: Draw, reason: str, actor: User, now: datetime) -> int:
    """Let whoever of the panel of ``draw`` typed too many wrong codes try again, so many times as
    before; return how many they are. Nobody learns who: names are sealed.

    Refuses (SignInRefused) without a reason, where nobody is stopped, and an archived project.
    """
    draw = lock_draw(draw.pk, archived=SignInRefused(ARCHIVED))
    if not is_reason(reason):
        raise SignInRefused(f"请写明允许再填的原因{SAY_MORE}。")
    if refusal := too_long(reason, 200):
        raise SignInRefused(f"允许再填的原因{refusal}")
    # Of all at once, since nobody may learn who it was.
    count = stopped(panel_of(draw)).update(sign_in_tries=0)
    if not count:
        raise SignInRefused(NOBODY_STOPPED)
    record(
        "draw.sign_in_again",
        actor=actor,
        now=now,
        subject=draw,
        after={"允许再填的专家": count},
        note=reason.strip(),
    )
    return count


def note_place_opened(*, draw: Draw, actor: User, now: datetime) -> None:
    """Log that ``actor`` opened the page with the code of the place."""
    record("draw.place", actor=actor, now=now, subject=draw)


@transaction.atomic
def open_when_present(*, draw_id: int, now: datetime) -> bool:
    """Make the names of a draw public, if its sealed policy lets them wait for all who sit and all
    are here; True if it did. A second run changes nothing. Announces NamesReleased.

    Not before signing in begins, for the review whose opening is proven, nor where others sit by the rows than
    by the record, which raises an alarm."""
    draw = lock_draw(draw_id, archived=SignInRefused(ARCHIVED))
    presence = presence_of(draw, now=now)
    if draw.released_at is not None or presence is None or not presence.is_complete:
        return False
    if not is_latest(draw) or proven_opening(draw) != presence.opening or now < presence.since:
        return False
    if not all(sits_as_recorded(one) for one in panel_of(draw)):
        raise_alarm(Overdue(draw.pk, AlarmKind.LINE), now=now)
        return False
    planned = draw.reveal_at
    set_reveal(draw, reveal_at=min(planned, now), by=None)
    draw.save(update_fields=FIELDS)
    hand = by_system(StepReason.ALL_PRESENT)
    head = write_note(draw, NoteCode.ALL_PRESENT, hand=hand, now=now)
    record(
        OPENED,
        actor=None,
        now=now,
        subject=draw,
        before={"名单公开时间": moment_text(planned)},
        after={"名单公开时间": moment_text(draw.reveal_at)} | presence.counted | at_head(head),
    )
    return release(draw_id=draw.pk, now=now, unanswered=True)
