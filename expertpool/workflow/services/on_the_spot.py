"""当面确认: a second person agrees in the window of whoever asked, by his own account and password.

A typed name shows nothing about who stood there; a password that only he knows does. He is checked by
the rules of signing in, with their limits and records, and no session of his is opened.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from expertpool.accounts.enums import LoginOutcome
from expertpool.accounts.models import User
from expertpool.accounts.services.login import prove_identity
from expertpool.accounts.settings import FAILURES_WINDOW
from expertpool.core.configuration import words_of
from expertpool.workflow.enums import Proof
from expertpool.workflow.models import TwoPersonRequest
from expertpool.workflow.queries.matters import Matter, matter_of
from expertpool.workflow.queries.requests import check_confirmable_here, decidable_by
from expertpool.workflow.services.two_persons import decide

WRONG = "确认人的账号或密码不对。连续输错后须等待一会儿，与登录时相同。"
LIMITED = "这个网络地址失败次数太多，请 {minutes}后再试，或由确认人登录自己的账号确认。"
NEEDS_MORE = "{name}登录须第二步验证，只凭密码不能当面确认：请改报他验证器上的数字，或由他登录自己的账号确认。"
NOT_ENTITLED = "这个账号没有确认这项申请的权限，请由有权限的另一人确认。"
NOT_HERE = "这类申请不能当面确认，请由另一位有权限的人员登录自己的账号确认。"


@dataclass(frozen=True)
class Proven:
    """What a second person entered, and from where."""

    identifier: str
    password: str = field(repr=False)
    address: str
    device: str  # the User-Agent


def agree_on_the_spot(
    request: TwoPersonRequest, entered: Proven, *, asker: User, now: datetime
) -> User:
    """Agree to ``request`` of ``asker`` as the person who ``entered`` his account and password.

    Returns that person; `two_persons.settle` logs both. Raises the refusal of the matter: for matters that are not
    confirmed so, for another's request, an account that is not his, is locked or disabled, has not
    the permission for this subject, or is the asker's own; and whatever the matter itself refuses.
    What was entered wrongly counts as a failed sign-in, whatever comes of the rest.
    """
    matter = matter_of(request)
    if not matter.on_the_spot:
        raise matter.refused(NOT_HERE)
    # Nobody tries passwords by a request that is over or somebody else's.
    check_confirmable_here(request, asker, matter.refused, now=now)
    person = _person(matter, request, entered, now)
    decide(request, agree=True, note="", actor=person, now=now, proof=Proof.PASSWORD)
    return person


def _person(matter: Matter, request: TwoPersonRequest, entered: Proven, now: datetime) -> User:
    found = prove_identity(
        identifier=entered.identifier,
        password=entered.password,
        address=entered.address,
        device=entered.device,
        now=now,
    )
    if found.waits is not None:
        raise matter.refused(NEEDS_MORE.format(name=found.waits.name))
    if found.user is None:
        limited = found.outcome == LoginOutcome.RATE_LIMITED
        raise matter.refused(
            LIMITED.format(minutes=words_of(FAILURES_WINDOW)) if limited else WRONG
        )
    if not decidable_by(matter, found.user).filter(pk=request.pk).exists():
        raise matter.refused(NOT_ENTITLED)
    return found.user
