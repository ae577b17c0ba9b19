"""Letters that have not gone out: at once in spite of quiet hours, once more, or by another channel."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.text import SAY_MORE, is_reason, too_long
from expertpool.draws.enums import ActionCode, InvitationState, NoteCode, StepReason, StepVia
from expertpool.draws.exceptions import LettersRefused
from expertpool.draws.models import Draw, Invitation, QuietWaiver
from expertpool.draws.occasions import INVITATION
from expertpool.draws.queries.actions import check_action
from expertpool.draws.queries.called_off import untold_to
from expertpool.draws.queries.clock import quiet_until
from expertpool.draws.queries.identity import open_identity
from expertpool.draws.queries.reach import NEVER_LEFT, ON_ITS_WAY, letters_to, reach_of
from expertpool.draws.queries.readiness import ARCHIVED
from expertpool.draws.services.clock import keep_clock
from expertpool.draws.services.entropy import Entropy
from expertpool.draws.services.hands import Hand
from expertpool.draws.services.inviting import write_otherwise
from expertpool.draws.services.locking import lock_draw
from expertpool.draws.services.state import at_head, write_note
from expertpool.draws.services.telling import tell_step, watch_shut
from expertpool.experts.models import Expert
from expertpool.experts.services.contacts import recipient_of
from expertpool.notifications.enums import DeliveryState
from expertpool.notifications.queries.channels import inward, ways_outside
from expertpool.notifications.queries.reach import reached_at
from expertpool.notifications.services.sending import Recipient, send_again
from expertpool.notifications.services.waiting import bring_forward, end_wait

# By these he may not have been asked; the clock of none of them began.
UNREACHED = (*NEVER_LEFT, DeliveryState.UNKNOWN)


@transaction.atomic
def send_at_once(*, draw: Draw, reason: str, actor: User, now: datetime) -> int:
    """Send the letters that quiet hours hold back, and all later ones of these hours; return how
    many go out now. Deadlines count no quiet time all the same. Logs why, and tells supervisors. Of a void draw,
    or a paused one, that is what says to somebody that he need not come.

    Refuses (LettersRefused) without a reason, and where quiet hours hold back nothing.
    """
    draw = _lock(draw)
    check_action(ActionCode.SEND_AT_ONCE, draw, actor=actor, now=now)
    if not is_reason(reason):
        raise LettersRefused(f"请写明立即发出的原因{SAY_MORE}。")
    if refusal := too_long(reason, 200):
        raise LettersRefused(f"立即发出的原因{refusal}")
    # The hours may have been changed since they put the letters off.
    lines = list(draw.invitations.all())
    reach = reach_of(draw, lines, now=now)
    until = max(
        filter(None, (quiet_until(now, draw.project.regime), reach.held_until)), default=now
    )
    waiver = QuietWaiver(
        draw=draw,
        reason=reason.strip(),
        waived_by=actor,
        waived_at=now,
        until=until,
    )
    waiver.full_clean()
    # Before letters are brought forward: those of later in these hours ask for it.
    waiver.save(force_insert=True)
    sent = bring_forward(messages=untold_to(lines), now=now)
    if reach.pause is None:
        sent += bring_forward(messages=letters_to(_unreached(draw)), now=now)
    hand = Hand(StepVia.PAGE, StepReason.OTHER, actor)
    # The record of a void draw has ended.
    head = write_note(draw, NoteCode.SENT_AT_ONCE, hand=hand, now=now) if draw.is_valid else ""
    record(
        "draw.send_at_once",
        actor=actor,
        now=now,
        subject=draw,
        after=at_head(head),
        note=waiver.reason,
    )
    letters = {"邀请": reach.is_held, "取消通知": reach.cancelled}
    what = f"在免打扰时段内立即发出{'和'.join(one for one, held in letters.items() if held)}"
    tell_step(draw, what, waiver.reason, key=f"at-once:{waiver.pk}", actor=actor, now=now)
    return sent


@transaction.atomic
def send_letters_again(*, draw: Draw, actor: User, now: datetime) -> int:
    """Send the letters again that failed to reach who is still asked, to the addresses known now;
    return how many. The links stay the same.

    Refuses (LettersRefused) where no letter failed, or none can be sent: no address, no channel.
    """
    draw = _lock(draw)
    check_action(ActionCode.SEND_AGAIN, draw, actor=actor, now=now)
    sent = 0
    for row in _unreached(draw):
        letters = letters_to([row])
        if letters.filter(state__in=ON_ITS_WAY).exists() or reached_at(letters) is not None:
            continue
        # One of each channel: what was sent twice in vain is not sent four times.
        latest = {letter.channel: letter for letter in letters.order_by("pk")}
        copies = send_again(messages=latest.values(), recipient=_recipient(row), now=now)
        sent += len(copies)
    if not sent:
        raise LettersRefused(
            "没有可以重新发送的渠道：请检查邮件、短信的设置和专家的联系方式；评审开始前仍送不到的，可以改期。"
        )
    record("draw.send_again", actor=actor, now=now, subject=draw)
    return sent


@transaction.atomic
def send_otherwise(*, invitation_id: int, now: datetime, entropy: Entropy) -> bool:
    """Invite somebody who is still asked by the next channel that can reach him, once all his letters came
    back, were given up or are such that nobody knows whether they went out (docs/decisions/0662), first by one that only follows others; True if there was one. Nobody is told: whose it was would say who sits
    (docs/decisions/0145).

    Not one of whom there is no letter, nor whose contacts do not all open: by which channel the next one
    goes would say what somebody made of them, who writes rows, and so who he is (docs/decisions/0178).

    Refuses (LettersRefused) an archived project.
    """
    # Of the letter that came back, before the clock of the next begins.
    keep_clock(invitation_id=invitation_id)
    row = Invitation.objects.get(pk=invitation_id)
    row.draw = _lock(row.draw)
    row.refresh_from_db(fields=["state", "asked_again_at", "invited_at"])
    letters = list(letters_to([row]).exclude(channel__in=inward()))
    is_asked = row.state == InvitationState.INVITED and row.draw.is_valid
    following = [one for one in letters if one.wait and one.state in ON_ITS_WAY]
    gone_out = any(
        one.state not in UNREACHED or one.state in ON_ITS_WAY
        for one in letters
        if one not in following
    )
    if not is_asked or not letters or gone_out:
        return False
    if following:
        return end_wait(messages=letters_to([row]), now=now) > 0
    recipient = _recipient(row)
    if recipient.shut:
        return False
    tried = {one.channel for one in letters}
    ways = ways_outside(INVITATION, phone=recipient.phone, email=recipient.email)
    # One at a time: whoever is reached by the first need not get three letters.
    untried = [way for way in ways if way not in tried][:1]
    if untried:
        # Asked anew after a move, he may be written to by each way once more.
        key = f"otherwise:{row.asked_since:%Y%m%d%H%M%S}"
        write_otherwise([row], key=key, now=now, entropy=entropy, channels=untried)
    return bool(untried)


def _recipient(row: Invitation) -> Recipient:
    recipient = recipient_of(Expert.objects.get(pk=open_identity(row).expert_id))
    watch_shut(row.draw, [recipient])
    return recipient


def _unreached(draw: Draw) -> list[Invitation]:
    rows = Invitation.objects.filter(
        draw=draw, state=InvitationState.INVITED, reached_at__isnull=True
    )
    return list(rows.order_by("line"))


def _lock(draw: Draw) -> Draw:
    return lock_draw(draw.pk, archived=LettersRefused(ARCHIVED))
