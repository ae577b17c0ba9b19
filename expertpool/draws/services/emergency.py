"""应急抽取: a running draw whose opening is near gets shorter deadlines and is answered by telephone.

Nothing of the draw itself changes: the same seal, the same order, the same rules for whom comes next.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.configuration import value_of
from expertpool.core.jobs import defer_batch
from expertpool.core.text import moment_text
from expertpool.draws.enums import (
    ActionCode,
    DrawStatus,
    InvitationState,
    NoteCode,
    StepReason,
    StepVia,
)
from expertpool.draws.exceptions import EmergencyRefused
from expertpool.draws.models import Draw, DrawPlan, Emergency, Invitation
from expertpool.draws.occasions import EMERGENCY
from expertpool.draws.queries.actions import check_action
from expertpool.draws.queries.emergency import emergency_of
from expertpool.draws.queries.identity import open_identity
from expertpool.draws.queries.meetings import words_of
from expertpool.draws.queries.reach import letters_to
from expertpool.draws.services.hands import Hand
from expertpool.draws.services.inviting import recipient_of
from expertpool.draws.services.locking import lock_draw
from expertpool.draws.services.state import at_head, write_note
from expertpool.draws.settings import EMERGENCY_LONGEST, EMERGENCY_SHORTEST
from expertpool.experts.models import Expert
from expertpool.notifications.services.delivery import bring_forward
from expertpool.notifications.services.sending import Envelope, send_messages


@transaction.atomic
def declare_emergency(
    *, draw: Draw, reason: str, supervisor: str, minutes: int, actor: User, now: datetime
) -> Emergency:
    """Declare a running draw an emergency, with the name of the supervisor who is present.

    Open invitations have to be answered within ``minutes`` from now, unless their time ends sooner,
    and those who are asked are told; later invitations get ``minutes``, too. Answers by hand need a
    supervisor's name from now on. Refuses (EmergencyRefused) a draw that is not 抽取中 or was
    declared before, an opening that is over, minutes outside the bounds of `draws.settings`, and the
    operator as his own supervisor.
    """
    draw = lock_draw(draw.pk, archived=EmergencyRefused("项目已归档，不能再更改。"))
    reason, supervisor = reason.strip(), supervisor.strip()
    _check(draw, reason, supervisor, minutes, actor, now)
    declared = Emergency(
        draw=draw,
        reason=reason,
        supervisor=supervisor,
        minutes=minutes,
        declared_by=actor,
        declared_at=now,
    )
    declared.full_clean()
    declared.save()
    hand = Hand(StepVia.PAGE, StepReason.OPENING_NEAR, actor, supervisor=supervisor)
    head = write_note(draw, NoteCode.EMERGENCY, hand=hand, now=now)
    shortened = _shorten(draw, now + timedelta(minutes=minutes), now=now)
    record(
        "draw.emergency",
        actor=actor,
        now=now,
        subject=draw,
        after={
            "在场监督人": supervisor,
            "答复时限（分钟）": minutes,
            "提前截止的邀请": len(shortened),
        }
        | at_head(head),
        note=reason,
    )
    return declared


@dataclass(frozen=True)
class Contact:
    """Whom the operator calls."""

    name: str
    phone: str


@transaction.atomic
def read_contact(*, invitation: Invitation, actor: User, now: datetime) -> Contact:
    """Return whom to call about an open invitation of an emergency draw, and log the look.

    Refuses (EmergencyRefused) any other draw and whoever has answered: names stay sealed.
    """
    invitation = Invitation.objects.select_related("draw").get(pk=invitation.pk)
    if emergency_of(invitation.draw) is None:
        raise EmergencyRefused("只有应急抽取可以查看联系电话。")
    if invitation.draw.status != DrawStatus.INVITING or invitation.state != InvitationState.INVITED:
        raise EmergencyRefused("这名专家已经有结果，不再需要联系。")
    expert = Expert.objects.get(pk=open_identity(invitation).expert_id)
    record("draw.contact", actor=actor, now=now, subject=invitation)
    return Contact(expert.name, expert.phone)


def _check(
    draw: Draw, reason: str, supervisor: str, minutes: int, actor: User, now: datetime
) -> None:
    check_action(ActionCode.DECLARE_EMERGENCY, draw, actor=actor, now=now)
    if not reason or not supervisor:
        raise EmergencyRefused("请写明应急原因和在场监督人的姓名。")
    if supervisor == actor.name:
        raise EmergencyRefused("在场监督人不能是经办人自己。")
    fewest, most = value_of(EMERGENCY_SHORTEST), value_of(EMERGENCY_LONGEST)
    if not fewest <= minutes <= most:
        raise EmergencyRefused(f"答复时限应在 {fewest} 至 {most} 分钟之间。")


def _shorten(draw: Draw, deadline_at: datetime, *, now: datetime) -> list[Invitation]:
    """Bring deadlines forward; the job of the later one finds the invitation settled."""
    waiting = draw.invitations.filter(state=InvitationState.INVITED)
    # The clock of who was not reached will start with the shorter time; his letter goes out now.
    rows = list(waiting.filter(reached_at__isnull=False, deadline_at__gt=deadline_at))
    bring_forward(messages=letters_to(waiting), now=now)
    Invitation.objects.filter(pk__in=[row.pk for row in rows]).update(deadline_at=deadline_at)
    jobs = [{"invitation_id": row.pk} for row in rows]
    defer_batch("draws.expire_invitation", jobs, at=deadline_at)
    channels = DrawPlan.objects.values_list("channels", flat=True).get(project=draw.project)
    words = words_of(draw.covered)
    envelopes = [_envelope(row, deadline_at, words) for row in rows]
    send_messages(occasion=EMERGENCY.code, envelopes=envelopes, channels=channels, now=now)
    return rows


def _envelope(row: Invitation, deadline_at: datetime, words: dict[str, str]) -> Envelope:
    expert = Expert.objects.get(pk=open_identity(row).expert_id)
    return Envelope(
        recipient=recipient_of(expert),
        context={
            "专家姓名": expert.name,
            "评审时间": words["评审时间"],
            "答复截止": moment_text(deadline_at),
            "联系人": words["联系人"],
            "联系电话": words["联系电话"],
        },
        about=row,
        key=f"emergency:{row.pk}",
    )
