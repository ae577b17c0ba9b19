"""What follows from how a call ended: who is called again, when and how often, and whose fault it was.

A number is tried no oftener than the office says (`notifications` setting ``voice_most``), whatever stands here. What the
line is to blame for uses up nobody's calls: the message waits, and the channel counts as down. A line that carries the
others is not to blame (docs/decisions/0660).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from expertpool.notifications.channels.base import SendResult, SendStatus
from expertpool.telephone.enums import CallOutcome

# An agent says of each of its calls that it has it, more often than this.
LOST_AFTER = timedelta(seconds=30)


@dataclass(frozen=True)
class Again:
    """He is called again after ``minutes``, ``most`` calls in all; then ``status`` stands."""

    minutes: int
    most: int
    status: SendStatus = SendStatus.REJECTED


AGAIN = {
    CallOutcome.NO_KEY: Again(15, 2, SendStatus.DELIVERED),
    CallOutcome.HUNG_UP: Again(15, 2, SendStatus.DELIVERED),
    CallOutcome.NO_ANSWER: Again(10, 3),
    CallOutcome.BUSY: Again(5, 4),
    # A hand on the telephone, not an answer: only a key declines.
    CallOutcome.REJECTED: Again(30, 3),
    CallOutcome.OFF: Again(30, 3),
    CallOutcome.INTERRUPTED: Again(1, 5),
}
# Of a number that alone is not reached, while the line carries others.
ALONE = Again(10, 3)
AT_ONCE = {
    CallOutcome.YES: SendStatus.DELIVERED,
    CallOutcome.NO: SendStatus.DELIVERED,
    CallOutcome.HEARD: SendStatus.DELIVERED,
    CallOutcome.BAD_NUMBER: SendStatus.REJECTED,
    CallOutcome.CALLED_OFF: SendStatus.CALLED_OFF,
    CallOutcome.CONGESTED: SendStatus.DOWN,
    CallOutcome.DOWN: SendStatus.DOWN,
    CallOutcome.REFUSED: SendStatus.DOWN,
}
BY_THE_LINE = frozenset(end for end, status in AT_ONCE.items() if status is SendStatus.DOWN)
# By whose end one sees that the line works: a person's, or what the network knows of a telephone.
CARRIED = frozenset(
    {CallOutcome.YES, CallOutcome.NO, CallOutcome.HEARD, *AGAIN} - {CallOutcome.INTERRUPTED}
)


def result_of(outcome: CallOutcome, *, calls: int, most: int, alone: bool = False) -> SendResult:
    """Return what a call that ended so does to its message: ``calls`` of these have failed, this one included, and
    ``most`` are allowed. ``alone``: the line carried others meanwhile."""
    words, rule = str(outcome.label), AGAIN.get(outcome)
    if alone and outcome in BY_THE_LINE:
        words, rule = f"{words}（其他电话打得通）", ALONE
    if rule is None:
        return SendResult(AT_ONCE[outcome], detail=f"{words}。")
    if calls < min(rule.most, most):
        wait = timedelta(minutes=rule.minutes)
        text = f"{words}，{rule.minutes} 分钟后再打。"
        return SendResult(SendStatus.RETRY, detail=text, again_after=wait)
    return SendResult(rule.status, detail=f"打了 {calls} 次：{words}。")


_STATUS = re.compile(r"\b([3-6]\d\d)\b")
_CAUSE = re.compile(r"cause\s*=\s*(\d+)")
_BY_CAUSE = {
    **dict.fromkeys((1, 28), CallOutcome.BAD_NUMBER),
    17: CallOutcome.BUSY,
    **dict.fromkeys((18, 19), CallOutcome.NO_ANSWER),
    **dict.fromkeys((20, 27), CallOutcome.OFF),
    21: CallOutcome.REJECTED,
    **dict.fromkeys((34, 38, 41, 42), CallOutcome.CONGESTED),
}
_BY_STATUS = {
    **dict.fromkeys((404, 410, 484, 604), CallOutcome.BAD_NUMBER),
    **dict.fromkeys((486, 600), CallOutcome.BUSY),
    **dict.fromkeys((408, 480, 487), CallOutcome.NO_ANSWER),
    603: CallOutcome.REJECTED,
    **dict.fromkeys((401, 403, 407, 488), CallOutcome.REFUSED),
}


def outcome_of(words: str, *, rang: bool) -> CallOutcome:
    """Return how a call ended that nobody took, by the ``words`` of the other side (``486 Busy Here``, with Q.850 where
    the network knows more). Without a word of it, and where nothing rang, the line is to blame, not the expert."""
    status = _STATUS.search(words)
    cause = _CAUSE.search(words)
    number = int(status[1]) if status else 0
    # What the carrier says of the telephone says more than the number of SIP.
    if cause and int(cause[1]) in _BY_CAUSE and number not in (401, 403, 407, 488):
        return _BY_CAUSE[int(cause[1])]
    if number in _BY_STATUS:
        return _BY_STATUS[number]
    if 500 <= number < 600:
        return CallOutcome.CONGESTED
    return CallOutcome.NO_ANSWER if rang else CallOutcome.DOWN


# What is the same in each call; an office may speak them itself (`channels.sentences`).
SENTENCES = {
    "recorded": "本次通话将被录音。",
    "question": "同意参加请按 1，不能参加请按 2，重听请按 3。",
    "sure-yes": "您选择了同意参加。确认请再按一次 1，重新选择请按 3。",
    "sure-no": "您选择了不能参加。确认请再按一次 2，重新选择请按 3。",
    "thanks-yes": "已收到您的答复：同意参加。详细安排将另行通知。谢谢，再见。",
    "thanks-no": "已收到您的答复：不能参加。谢谢，再见。",
    "goodbye": "没有收到您的选择，您也可以按短信或邮件中的办法答复。再见。",
    "closing": "通知完毕，再见。",
}
