"""The account to which an expert is paid: he changes it with a code, finance looks at it before anything is paid to it
(docs/decisions/0303)."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.accounts.queries import is_outsider
from expertpool.audit.services import MOST_NOTE, record
from expertpool.core.text import if_seen, mask_middle, whole
from expertpool.experts.enums import ChangeVia
from expertpool.experts.models import Expert
from expertpool.experts.queries.hands import hands_on, last_writers
from expertpool.experts.services.contacts import page_for, recipient_of
from expertpool.experts.services.merging import explain
from expertpool.experts.services.profile import update_expert
from expertpool.experts.services.reveal import few_reveals
from expertpool.fees.exceptions import FeeRefused
from expertpool.fees.models import AccountCode, BankAccount
from expertpool.fees.occasions import ACCOUNT_CODE, ACCOUNT_REFUSED
from expertpool.fees.queries.accounts import (
    FIELDS,
    STANDS,
    account_in,
    standing_account,
    told_standing,
)
from expertpool.fees.services import codes
from expertpool.notifications.enums import ChannelCode
from expertpool.notifications.services.sending import Envelope, send_messages
from expertpool.workflow.queries.second_person import why_not_second

MOST_CODES = 5  # in an hour
HANDS = "这个账户由您填写、提交，或您改过这位专家的手机号、邮箱，须由另一位有权限的人员核对。"
RETURNED = "这笔退回由您登记，账户须由另一位有权限的人员重新核对。"
DECIDED = "这个账户已经处理过，或专家又换了账户，请刷新页面。"
NOBODY = (
    "没有记录这个账户由谁填写，不能核对：请专家本人用验证码修改，或由工作人员在档案中重新填写。"
)


@transaction.atomic
def send_code(
    *, expert: Expert, bank: str, number: str, code: str, actor: User, now: datetime
) -> AccountCode:
    """Send ``code`` to ``expert``, by which he confirms the account that he has typed; the one before counts no more.

    Refuses (FeeRefused) another's record, the account that he has, where nothing reaches him, and more than a few codes
    in an hour.
    """
    # First: two codes at once would each be counted before the other.
    expert = _hold(expert)
    _check(expert, bank, number, actor)
    return codes.send(
        expert=expert,
        about=(bank, number),
        code=code,
        occasion=ACCOUNT_CODE,
        context={"账户": mask_middle(number, head=0, tail=4).lstrip("*")},
        most=MOST_CODES,
        now=now,
    )


def change_account(
    *, expert: Expert, bank: str, number: str, code: str, actor: User, now: datetime
) -> BankAccount | None:
    """Write the account of ``expert`` into his record, with the ``code`` that he was sent for it; it waits for finance.

    Not atomic: a try counts and the code is used up whatever comes of the rest. Refuses (FeeRefused) another's record, the
    account that he has, and a code that is wrong, of another account, used, over or tried too often.
    """
    _check(expert, bank, number, actor)
    codes.check(expert=expert, about=(bank, number), code=code, now=now)
    values = {"bank_name": bank, "bank_account": number}
    try:
        # Together: an account in the record that finance never sees would not be paid to.
        with transaction.atomic():
            expert = update_expert(
                expert=expert, values=values, actor=actor, now=now, via=ChangeVia.OWN
            )
            row = note_account(expert=expert, actor=actor, now=now)
            record("fee.account_change", actor=actor, now=now, subject=expert)
    except ValidationError as error:
        raise FeeRefused(f"不能保存：{explain(error)}") from error
    return row


@transaction.atomic
def note_account(*, expert: Expert, actor: User | None, now: datetime) -> BankAccount | None:
    """Put the account that the record of ``expert`` holds before finance, and return it; again, nothing happens. One that the
    record holds no more ends.
    """
    expert = _hold(expert)
    standing, (bank, number) = standing_account(expert), account_in(expert)
    if standing is not None:
        if (standing.bank, standing.readable_number) == (bank, number):
            return standing
        # One that somebody else has written is not made ours by its end.
        if standing.is_altered:
            BankAccount.objects.filter(pk=standing.pk).update(ended_at=now)
        else:
            standing.ended_at = now
            standing.save()
    if not number:
        return None
    is_own = actor is not None and actor.pk == expert.user_id
    row = BankAccount(
        expert=expert, bank=bank, number=number, asked_at=now, asked_by=actor, is_own=is_own
    )
    row.save(force_insert=True)
    return row


@transaction.atomic
def decide_account(
    *, account: BankAccount, agree: bool, note: str, actor: User, now: datetime
) -> BankAccount:
    """Say for finance whether ``account`` is right: what is right is paid to, of what is not its expert is told. Logged.
    One that its expert has changed since, of which nobody is told yet, is decided as any other, and comes to nothing.

    Refuses (FeeRefused) who handed it in, who wrote it or where he is reached, and who need not be another person than
    they (`why_not_second`); what nobody is known to have written, what was decided or changed meanwhile, and to turn it
    down without a word.
    """
    expert = _hold(account.expert)
    found = BankAccount.objects.filter(told_standing() | STANDS, pk=account.pk)
    row = found.select_related("expert", "asked_by", "decided_by").first()
    if row is None:
        raise FeeRefused(DECIDED)
    if why := why_not_decided_by(actor, row, expert, now=now):
        raise FeeRefused(why)
    if not agree and not note:
        raise FeeRefused("请写明哪里不对，专家据此修改。", field="note")
    row.agreed, row.note, row.decided_at, row.decided_by = agree, note, now, actor
    row.save()
    after = {"结果": str(row.state.label), "账户": f"{row.bank} {row.masked}"}
    record("fee.account", actor=actor, now=now, subject=expert, after=after, note=note)
    if not agree:
        _tell_refused(row, now=now)
    return row


def reveal_account(*, account: BankAccount, reason: str, actor: User, now: datetime) -> str:
    """Return the whole number of ``account`` to whoever has to say whether it is right, and record who saw it and why. Not to be
    called in a transaction.

    Refuses (FeeRefused) the account of an expert, no reason, and whoever has seen as many today as one may (`few_reveals`).
    """
    if is_outsider(actor):
        raise FeeRefused("专家账号不能核对收款账户，请使用工作账号。")
    reason = whole(if_seen(reason), MOST_NOTE, FeeRefused)
    if not reason:
        raise FeeRefused("请填写查看理由，如“与专家提供的银行卡核对”。")
    with few_reveals(actor, now=now, refused=FeeRefused):
        # Before it is shown: nobody sees it without a trace.
        after = {"账户": f"{account.bank} {account.masked}"}
        record("fee.reveal", actor=actor, now=now, subject=account.expert, after=after, note=reason)
    return account.readable_number


def reopen_account(*, account: BankAccount, reason: str, actor: User, now: datetime) -> None:
    """Put before finance once more the ``account`` to which a payment did not come, with the bank's words ``reason``: until
    somebody agrees to it again, nothing is paid to it. Nothing happens where it has another by now, where this one waits
    already, and where it was turned down."""
    expert = _hold(account.expert)
    standing = standing_account(expert)
    if standing is None or not standing.agreed or standing.is_altered:
        return
    same = (account.bank, account.readable_number)
    if (standing.bank, standing.readable_number) != same:
        return
    standing.ended_at = now
    standing.save()
    BankAccount(
        expert=expert,
        bank=standing.bank,
        number=standing.readable_number,
        asked_at=now,
        # Not by the expert, though he wrote it: what he does himself is told later, and this counts at once.
        asked_by=actor,
        note=reason,
    ).save(force_insert=True)


def why_not_decided_by(actor: User, row: BankAccount, expert: Expert, *, now: datetime) -> str:
    """Say why ``actor`` is not to say whether ``row``, the account of ``expert``, is right; empty: he may."""
    if row.decided_at:
        return DECIDED
    # Of one that ended the record holds another by now: there is nothing to compare.
    in_record = row.ended_at or account_in(expert) == (row.bank, row.readable_number)
    if row.is_altered or not in_record:
        return "账户在系统之外被改动过，不能核对；请管理员查看操作日志。"
    # One expert would look at the account of another.
    if is_outsider(actor):
        return "专家账号不能核对收款账户，请使用工作账号。"
    wrote = {row.asked_by_id} | last_writers(expert, FIELDS)
    firsts = {one for one in wrote if one is not None}
    if not firsts:
        return NOBODY
    # Whoever changed where he is reached may have read the code that was sent there.
    firsts |= hands_on(expert)
    if actor.pk in firsts | {expert.user_id}:
        # What waits with a word came back (`reopen_account`).
        return RETURNED if row.note and actor.pk == row.asked_by_id else HANDS
    return why_not_second(actor, firsts, asked_at=row.asked_at, now=now)


def _check(expert: Expert, bank: str, number: str, actor: User) -> None:
    if actor.pk != expert.user_id:
        raise FeeRefused("只有专家本人可以修改自己的收款账户。")
    if account_in(expert) == (bank, number):
        raise FeeRefused("没有改动：与现在的收款账户相同。", field="number")


def _hold(expert: Expert) -> Expert:
    rows = Expert.objects.select_for_update(of=("self",), no_key=True)
    return rows.select_related("user").get(pk=expert.pk)


def _tell_refused(row: BankAccount, *, now: datetime) -> None:
    envelope = Envelope(
        recipient=recipient_of(row.expert),
        context={
            "专家姓名": row.expert.name,
            "原因": row.note,
            # Only told: nobody is let in for it (docs/decisions/0385).
            "网址": page_for(row.expert, reverse("fees:own_account")),
        },
        about=row.expert,
        key=f"{ACCOUNT_REFUSED.code}:{row.pk}",
    )
    ways = (ChannelCode.SITE, ChannelCode.EMAIL, ChannelCode.SMS)
    send_messages(
        occasion=ACCOUNT_REFUSED.code, envelopes=[envelope], channels=ways, now=now, surely=True
    )
