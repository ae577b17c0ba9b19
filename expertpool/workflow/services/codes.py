"""验证码确认: a second person who is not here agrees by a code that only he was sent.

He is told by a short message or mail to what he agrees, and gives the code to whoever asked. It holds
for this request as it was told, for him, once, for some minutes and few tries. Who has set up an
authenticator may tell what it shows instead: that says who, not to what, so he is told afterwards.
"""

from __future__ import annotations

import hmac
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from expertpool.accounts.exceptions import AccountError
from expertpool.accounts.models import User
from expertpool.accounts.services.authenticators import has_app, takes_code
from expertpool.audit.services import record
from expertpool.core.codes import claim_try, open_codes, use_up
from expertpool.core.configuration import value_of
from expertpool.core.crypto import blind_index
from expertpool.core.models.codes import MOST_TRIES
from expertpool.core.text import clean_digits
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.queries.channels import ways_outside
from expertpool.notifications.services.sending import Recipient, send_message
from expertpool.workflow.enums import Proof
from expertpool.workflow.models import ConfirmationCode, TwoPersonRequest
from expertpool.workflow.occasions import CODE
from expertpool.workflow.queries.matters import Matter, matter_of
from expertpool.workflow.queries.requests import (
    check_confirmable_here,
    decidable_by,
    why_not_agreeable,
)
from expertpool.workflow.services.telling import deciders_of, told_of
from expertpool.workflow.services.two_persons import decide
from expertpool.workflow.settings import CODE_MINUTES

MOST_CODES = 5  # for one request: 25 tries of a million
RESEND_AFTER = timedelta(minutes=1)

NOT_SO = "这类申请不能用验证码确认，请由另一位有权限的人员登录自己的账号确认。"
NOBODY = "这个人现在不能确认这项申请，或没有能收到验证码的手机号、邮箱，请另选一人。"
TOO_SOON = "验证码刚刚发出，请 1 分钟后再发；没有收到的，请核对确认人登记的手机号。"
TOO_MANY = "这项申请的验证码已发送多次，请由确认人登录自己的账号确认，或当面确认。"
WRONG_APP = "验证器上的数字不对，请确认人看着验证器再报一次；他没有设置验证器的，请发送验证码。"
OVER = "验证码已失效（过时、用过、错得太多，或申请有变），请重新发送。"


def persons_for_code(request: TwoPersonRequest, *, now: datetime) -> list[User]:
    """Return who may agree to ``request`` by a code: whoever can agree, and can be reached or has an
    authenticator."""
    matter = matter_of(request)
    return [
        user
        for user in deciders_of(request)
        if (ways_to(user) or has_app(user))
        and not why_not_agreeable(matter, request, user, now=now)
    ]


def ways_to(person: User) -> list[ChannelCode]:
    """Return by which ways ``person`` is sent a code."""
    return ways_outside(CODE, phone=person.phone, email=person.email)


def live_code(request: TwoPersonRequest, *, now: datetime) -> ConfirmationCode | None:
    """Return the code by which ``request`` may be agreed to now."""
    return _codes(request).filter(open_codes(now)).select_related("person").first()


@transaction.atomic
def send_code(
    request: TwoPersonRequest, *, person_id: int, code: str, asker: User, now: datetime
) -> ConfirmationCode:
    """Send ``code`` for ``request`` of ``asker`` to a second person; the one before counts no more.

    Logged. Raises the refusal of the matter for matters that are not confirmed so, for another's
    request or one that is over, for a person who may not decide it or cannot be reached, and when
    codes are asked for too fast or too often.
    """
    matter = _matter(request)
    matter.lock(request.subject)
    check_confirmable_here(request, asker, matter.refused, now=now)
    person = next(
        (user for user in persons_for_code(request, now=now) if user.pk == person_id), None
    )
    if person is None:
        raise matter.refused(NOBODY)
    before = _codes(request)
    if before.filter(sent_at__gt=now - RESEND_AFTER).exists():
        raise matter.refused(TOO_SOON)
    if before.count() >= MOST_CODES:
        raise matter.refused(TOO_MANY)
    before.filter(open_codes(now)).update(expires_at=now)
    minutes = value_of(CODE_MINUTES)
    sent = ConfirmationCode.objects.create(
        matter=matter.code,
        request_id=request.pk,
        person=person,
        digest=_digest(request, person, code),
        sent_at=now,
        expires_at=now + timedelta(minutes=minutes),
    )
    # Stored sealed for good: `MESSAGE_SUBJECTS` shows such messages to nobody.
    send_message(
        occasion=CODE.code,
        recipient=Recipient(person.username, person.name, phone=person.phone, email=person.email),
        channels=ways_to(person),
        context={
            **told_of(request, fully=True),
            "收件人": person.name,
            "验证码": code,
            "有效时间": f"{minutes} 分钟",
        },
        about=sent,
        key=f"request-code:{sent.pk}",
        now=now,
    )
    _record("request.code_sent", request, person, actor=asker, now=now)
    return sent


def agree_by_code(request: TwoPersonRequest, *, code: str, asker: User, now: datetime) -> User:
    """Agree to ``request`` of ``asker`` as the person who was sent ``code``; return that person.

    Not atomic: a try counts and a code is used up whatever comes of the rest. Raises the refusal of the
    matter for a code that is wrong, of another request, used, over or tried too often, when what was
    told has changed, when the person may not decide any more; and whatever the matter itself refuses.
    """
    matter = _matter(request)
    # Nobody tries codes by a request that is over or somebody else's.
    check_confirmable_here(request, asker, matter.refused, now=now)
    sent = live_code(request, now=now)
    if sent is None or not claim_try(one := _codes(request).filter(pk=sent.pk), now):
        raise matter.refused(OVER)
    if not hmac.compare_digest(bytes(sent.digest), _digest(request, sent.person, code)):
        _record("request.code_wrong", request, sent.person, actor=asker, now=now)
        left = MOST_TRIES - sent.tries - 1
        raise matter.refused(f"验证码不对，还可以试 {left} 次。" if left > 0 else OVER)
    if not use_up(one, now):
        raise matter.refused(OVER)
    person = sent.person
    if not decidable_by(matter, person).filter(pk=request.pk).exists():
        raise matter.refused(NOBODY)
    decide(request, agree=True, note="", actor=person, now=now, proof=Proof.CODE)
    return person


def agree_by_app(
    request: TwoPersonRequest, *, person_id: int, code: str, asker: User, now: datetime
) -> User:
    """Agree to ``request`` of ``asker`` as the person whose authenticator shows ``code``; return him.

    Not atomic: the code is used up, and a wrong one counts against his account, whatever comes of the
    rest. Refuses as `agree_by_code` does. He is told of it as of every decision of his.
    """
    matter = _matter(request)
    check_confirmable_here(request, asker, matter.refused, now=now)
    person = _person(request, person_id, now)
    try:
        is_right = takes_code(person, code, now=now)
    except AccountError as error:
        raise matter.refused(str(error)) from error
    if not is_right:
        _record("request.code_wrong", request, person, actor=asker, now=now)
        raise matter.refused(WRONG_APP)
    decide(request, agree=True, note="", actor=person, now=now, proof=Proof.APP)
    return person


def _person(request: TwoPersonRequest, person_id: int, now: datetime) -> User:
    for user in persons_for_code(request, now=now):
        if user.pk == person_id:
            return user
    raise matter_of(request).refused(NOBODY)


def _matter(request: TwoPersonRequest) -> Matter:
    matter = matter_of(request)
    if not matter.on_the_spot:
        raise matter.refused(NOT_SO)
    return matter


def _codes(request: TwoPersonRequest) -> QuerySet[ConfirmationCode]:
    return ConfirmationCode.objects.filter(matter=matter_of(request).code, request_id=request.pk)


def _digest(request: TwoPersonRequest, person: User, code: str) -> bytes:
    told = told_of(request, fully=True).values()
    parts = (matter_of(request).code, str(request.pk), str(person.pk), *told, clean_digits(code))
    return blind_index("confirmation-code", "\n".join(parts))


def _record(
    action: str, request: TwoPersonRequest, person: User, *, actor: User, now: datetime
) -> None:
    asked = {"申请": matter_of(request).words.label, "确认人": person.name}
    record(action, actor=actor, now=now, subject=request.subject, after=asked)
