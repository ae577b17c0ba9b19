"""Answers to invitations by short message or by a key on the telephone: as those by link, and whoever wrote is told what
became of it."""

from __future__ import annotations

from datetime import datetime

from expertpool.core.mandates import stands
from expertpool.draws.enums import InvitationState, ReplyVia
from expertpool.draws.exceptions import ReplyRefused
from expertpool.draws.models import Invitation
from expertpool.draws.occasions import HEARD
from expertpool.draws.queries.meetings import words_of
from expertpool.draws.queries.written import as_written
from expertpool.draws.services.entropy import Entropy
from expertpool.draws.services.replies import answer
from expertpool.draws.services.telling import answer_code, tell_experts
from expertpool.draws.settings import OTHER_GROUND
from expertpool.notifications.enums import ChannelCode, Decision
from expertpool.notifications.models import Reply
from expertpool.notifications.services.queueing import queue

# By which way he answers, over which channel, and the ground of whoever declines so.
WAYS = {
    ChannelCode.SMS: (ReplyVia.SMS, f"{OTHER_GROUND}：短信回复不能参加"),
    ChannelCode.VOICE: (ReplyVia.VOICE, f"{OTHER_GROUND}：电话按键不能参加"),
    ChannelCode.WECHAT: (ReplyVia.WECHAT, f"{OTHER_GROUND}：微信回复不能参加"),
}
# Here he hears at once that a no was taken.
HEARD_AT_ONCE = (ReplyVia.VOICE,)
OUTDATED = "评审时间或地点已有改动，请按最新的通知答复。"
UNCLEAR = "没有看懂，尚未登记。请按短信中的办法只回复参加或不参加，或点开短信中的链接答复。"
STOP = "这里只发评审的工作通知，不能退订，也没有登记您的答复。不参加的，请按短信中的办法回复不参加，或点开短信中的链接答复。"
NO_ANSWER: dict[str, str] = {Decision.UNCLEAR: UNCLEAR, Decision.STOP: STOP}
DOUBTED = "今天以您的号码发来的短信多次写错回复码，为防有人冒用，您的短信答复尚未登记，请点开短信中的链接答复。"
THANKS = "已登记您不能参加，谢谢您的答复。"
# What he is told who has answered before, by what he wrote now.
CONTACT = "项目联系人"
AGREED = f"您同意参加的答复已登记过；如需请假，请点开短信中的链接或联系{CONTACT}。"
LATE_YES = (
    f"此前已登记您不能参加，名额已另行安排，这次的「参加」没有登记；仍能参加的，请联系{CONTACT}。"
)
LATE = f"您的答复晚于答复时限，没有登记，不用到场；仍能参加的，请联系{CONTACT}。"
STANDS: dict[str, str] = {
    InvitationState.NO_ANSWER: LATE,
    InvitationState.ACCEPTED: AGREED,
    InvitationState.DECLINED: f"此前已登记您不能参加，没有改变；仍能参加的，请联系{CONTACT}。",
}
NO_MESSAGE = 0  # the id of none: nothing goes out
WORDS: dict[tuple[str, bool], str] = {
    (InvitationState.ACCEPTED, True): AGREED,
    (InvitationState.ACCEPTED, False): AGREED,
    (InvitationState.DECLINED, True): LATE_YES,
    (InvitationState.DECLINED, False): THANKS,
    (InvitationState.NO_ANSWER, True): LATE,
    (InvitationState.NO_ANSWER, False): LATE,
}


def take_reply(*, reply_id: int, now: datetime, entropy: Entropy) -> bool:
    """Answer an invitation as its expert wrote back; True if that was the answer that counts.

    What somebody else wrote into the database answers nothing (`core.mandates`). Who agreed gets the word of that
    which all get; anybody else is told once what became of what he wrote. Of what was written to no letter as much is queued.
    """
    reply = Reply.objects.select_related("message").get(pk=reply_id)
    if reply.message is None:
        # The queue has as many as for whom a letter asks (docs/decisions/0551).
        queue([(NO_MESSAGE, HEARD.code)])
        return False
    if not stands(reply, now=now):
        return False
    invitation = Invitation.objects.select_related("draw__project").get(pk=reply.message.about_id)
    if reply.message.answer_code != answer_code(invitation):
        return _tell(invitation, OUTDATED, reply, now)
    if reply.decision in NO_ANSWER:
        # 收到，谢谢 of one who has answered: what he said stands, and nothing is asked of him.
        as_written([invitation])
        return _tell(
            invitation, STANDS.get(invitation.state, NO_ANSWER[reply.decision]), reply, now
        )
    if reply.decision == Decision.DOUBTED:
        return _tell(invitation, DOUBTED, reply, now)
    accept = reply.decision == Decision.YES
    via, ground = WAYS[ChannelCode(reply.message.channel)]
    try:
        answered = answer(
            invitation=invitation,
            accept=accept,
            reason="" if accept else ground,
            via=via,
            now=now,
            entropy=entropy,
            came_at=reply.received_at,
        )
    except ReplyRefused as refusal:
        invitation.refresh_from_db()
        as_written([invitation])
        words = WORDS.get((invitation.state, accept), str(refusal))
        return _tell(invitation, words, reply, now)
    if not accept and via not in HEARD_AT_ONCE:
        _tell(answered, THANKS, reply, now)
    return True


def _contact(invitation: Invitation) -> str:
    """Return who is asked, with his telephone: the first letter by short message names nobody."""
    known = words_of(invitation.draw.covered)["联系人和电话"].strip()
    return f" {known}" if known else CONTACT


def _tell(invitation: Invitation, words: str, reply: Reply, now: datetime) -> bool:
    tell_experts(
        HEARD,
        [invitation],
        key=f"heard:{reply.key.rpartition(':')[2]}",
        now=now,
        more={"处理结果": words.replace(f"联系{CONTACT}", f"联系{_contact(invitation)}")},
        channels=[ChannelCode.SMS],
    )
    return False
