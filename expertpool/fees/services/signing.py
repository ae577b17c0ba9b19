"""An expert confirms his fee by his hand."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.configuration import value_of
from expertpool.experts.models import Expert
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.models import FeeLine
from expertpool.fees.occasions import SIGN_CODE as SIGN_CODE_OCCASION
from expertpool.fees.services import codes
from expertpool.fees.services.lines import check_written, held
from expertpool.fees.settings import SIGN_CODE

MOST_CODES = 5  # of one letter in an hour


@transaction.atomic
def send_sign_code(*, line: FeeLine, expert: Expert, code: str, actor: User, now: datetime) -> None:
    """Send ``code`` to ``expert``, without which he does not sign this letter where the office wants it (`settings.SIGN_CODE`).

    Refuses (FeeRefused) what `sign` does, where nothing reaches him, and more than some codes in an hour.
    """
    row = _to_sign(line, expert, actor)
    Expert.objects.select_for_update(of=("self",), no_key=True).get(pk=expert.pk)
    codes.send(
        expert=expert,
        about=signing(row.letter_hash),
        code=code,
        occasion=SIGN_CODE_OCCASION,
        context={"项目名称": row.project.name},
        most=MOST_CODES,
        now=now,
    )


def signing(letter_hash: str) -> tuple[str, str]:
    """Return what a code is about by which the letter of this hash is signed."""
    return codes.LETTER, letter_hash


def sign(
    *,
    line: FeeLine,
    expert: Expert,
    signature: str,
    seen: str,
    signed_from: str,
    actor: User,
    now: datetime,
    code: str = "",
) -> FeeLine:
    """Confirm a fee by the hand of ``expert``, whose it is: ``signature`` is the picture of his writing, ``seen`` the hash
    of the letter that he read, ``signed_from`` his address and device, ``code`` what he was sent for it, where the office
    wants one. It stays. Logged. Not atomic: a code is used up whatever comes of the rest.

    Refuses (FeeRefused) another's account, a letter that says something else now, what is signed or reversed, and a wrong code.
    """
    # Read once: the log says what was asked, were the setting changed meanwhile.
    by_code = value_of(SIGN_CODE)
    if by_code:
        codes.check(expert=expert, about=signing(seen), code=code, now=now)
    with transaction.atomic():
        return _sign(line, expert, signature, seen, signed_from, by_code, actor, now)


def _to_sign(line: FeeLine, expert: Expert, actor: User) -> FeeLine:
    """Hold a letter that waits for the hand of ``expert``."""
    row = held(line)
    is_his = expert.pk in (row.expert_id, row.expert.merged_into_id)
    if actor.pk != expert.user_id or not is_his or row.sent_at is None:
        raise FeeRefused("这不是您的劳务费确认函。")
    if row.reversed_at:
        raise FeeRefused("这份确认函已冲销，不用签字。")
    if row.gross < 0:
        raise FeeRefused("这是多付款项的更正，不用签字。")
    if row.signed_at:
        raise FeeRefused("您已经签过字了。")
    check_written(row)  # else signing would vouch for what somebody wrote
    return row


def _sign(
    line: FeeLine,
    expert: Expert,
    signature: str,
    seen: str,
    signed_from: str,
    by_code: bool,
    actor: User,
    now: datetime,
) -> FeeLine:
    row = _to_sign(line, expert, actor)
    # He signs what he read: a letter that was reversed and sent anew has another hash.
    if seen != row.letter_hash:
        raise FeeRefused("确认函的内容与您看到的不同，请重新打开后核对。")
    row.signature, row.signed_from, row.signed_at = signature, signed_from, now
    row.save()
    said = {"内容摘要": row.letter_hash} | ({"验证码": "已核对"} if by_code else {})
    record("fee.sign", actor=actor, now=now, subject=row, after=said)
    return row
