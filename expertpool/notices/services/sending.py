"""Sending a notice: a job that goes through its experts, which a killed worker neither loses nor doubles."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.core.fields import is_vouched
from expertpool.core.jobs import defer
from expertpool.core.mandates import stands, vouched
from expertpool.core.text import whole
from expertpool.experts.services.contacts import recipient_of
from expertpool.files.models import Attachment
from expertpool.files.queries import attachments_of
from expertpool.notices.enums import NoticeState
from expertpool.notices.exceptions import NoticeRefused
from expertpool.notices.models import LONGEST_REASON, Addressee, ExpertNotice
from expertpool.notices.occasions import LINK, REMINDER, SENT
from expertpool.notices.queries.fates import unanswered
from expertpool.notices.queries.notices import writable_experts
from expertpool.notices.queries.reach import offered_channels, signs_in
from expertpool.notices.services.links import link_of
from expertpool.notices.services.writing import locked
from expertpool.notifications.occasions import Text, fill
from expertpool.notifications.queries.templates import states_of
from expertpool.notifications.services.delivery import cancel_messages
from expertpool.notifications.services.sending import Envelope, send_messages

State = NoticeState
AT_ONCE = 100  # experts of one transaction: how often the page hears of progress
NOT_AGAIN = timedelta(hours=1)
OUT = "已不在可以发送的范围内，或不是在系统中选定的"
ALTERED = "这则通知在系统之外被改动过：还没有发送的，请重新保存，看过后再发；已经发送的，请撤回。"
NEEDS_RECEIPT = "请打开后点「确认收到」。"


@transaction.atomic
def send_notice(*, notice: ExpertNotice, count: int, actor: User, now: datetime) -> None:
    """Send a draft to its addressees; ``count`` is how many were shown to whoever agreed.

    Refuses (NoticeRefused) none and other than ``count`` addressees, a channel that this site does not have,
    a text that is not written, and files that still have to be scanned.
    """
    row = locked(notice, State.DRAFT)
    if not is_vouched(row):
        raise NoticeRefused(ALTERED)
    # Counted again under the lock: he agreed to the number that he saw.
    found = row.addressees.count()
    if not found:
        raise NoticeRefused("还没有收件人，请先在「专家信息」中筛选或勾选专家。")
    if found != count:
        raise NoticeRefused(
            f"收件人已有变化：您看到的是 {count} 位，现在是 {found} 位，请重新预览。"
        )
    if not row.text:
        raise NoticeRefused("还没有正文，请先修改通知，写好正文。")
    if not row.channels or not set(row.channels) <= {code for code, _ in offered_channels()}:
        raise NoticeRefused("所选的发送渠道现在不能使用，请修改通知后再发送。")
    if attachments_of(row).filter(held=True).exists():
        raise NoticeRefused("有附件正在等待病毒查杀，请稍后再发送。")
    row.state, row.sent_at, row.sent_by, row.updated_at = State.SENDING, now, actor, now
    row.save(update_fields=["state", "sent_at", "sent_by", "updated_at", "proof"])
    after = {"收件人": found, "渠道": "、".join(row.channel_labels)}
    record("notice.send", actor=actor, now=now, subject=row, after=after)
    defer("notices.send_out", lock=f"notice-{row.pk}", notice_id=row.pk)


def send_out(*, notice_id: int, now: datetime) -> None:
    """Write the messages of a notice, a hundred experts at a time. Begun again it goes on with those who have
    none yet; one that is withdrawn meanwhile goes no further."""
    while _send_part(notice_id, now):
        pass


@transaction.atomic
def _send_part(notice_id: int, now: datetime) -> bool:
    row = _held(notice_id)
    # Each part asks: one that is withdrawn meanwhile stops within a hundred.
    if row.state != State.SENDING or not stands(row, now=now):
        return False
    part = list(_next(row, sent_at__isnull=True, skipped=""))
    if not part:
        row.state, row.updated_at = State.SENT, now
        row.save(update_fields=["state", "updated_at"])
        return False
    assert row.sent_by is not None  # noqa: S101 (a constraint)
    # The rights are those of now: between asking and doing they may have been taken, and experts left.
    reach = writable_experts(row.sent_by).filter(pk__in=[one.expert_id for one in part])
    within = set(reach.values_list("pk", flat=True))
    told = [one for one in part if one.expert_id in within and is_vouched(one)]
    _write(row, told, occasion=SENT.code, key="", now=now)
    # With their messages, in one transaction: a job that begins again passes over them.
    Addressee.objects.filter(pk__in=[one.pk for one in told]).update(sent_at=now)
    # They are passed over for good, with the reason: else each part would meet them again.
    rest = [one.pk for one in part if one not in told]
    Addressee.objects.filter(pk__in=rest).update(skipped=OUT)
    return True


@transaction.atomic
def remind(*, notice: ExpertNotice, actor: User, now: datetime) -> int:
    """Remind all who have not read ``notice``, or not confirmed where it asks for that; return how many, as far as
    it is told who has. Refuses (NoticeRefused) within an hour of the last time, and where all have."""
    row = locked(notice, State.SENT)
    if not is_vouched(row):
        raise NoticeRefused(ALTERED)
    if row.reminded_at and now < row.reminded_at + NOT_AGAIN:
        raise NoticeRefused("一小时内已经提醒过，请稍后再提醒。")
    count = unanswered(row).count()
    if not count:
        raise NoticeRefused("收到通知的专家都已阅读或确认，不需要提醒。")
    # A number for each: a job that is run again reminds nobody twice of the same.
    row.reminders += 1
    row.reminded_at = now
    row.save(update_fields=["reminders", "reminded_at"])
    record("notice.remind", actor=actor, now=now, subject=row, after={"人数": count})
    defer("notices.remind_out", lock=f"notice-{row.pk}", notice_id=row.pk, number=row.reminders)
    return count


def remind_out(*, notice_id: int, number: int, now: datetime) -> None:
    """Write the messages of the ``number``-th reminder; begun again it goes on where it stopped."""
    while _remind_part(notice_id, number, now):
        pass


@transaction.atomic
def _remind_part(notice_id: int, number: int, now: datetime) -> bool:
    row = _held(notice_id)
    if row.state != State.SENT or not stands(row, now=now):
        return False
    waiting = unanswered(row).filter(reminders__lt=number).values("pk")
    part = list(_next(row, pk__in=waiting))
    if not part:
        return False
    _write(row, vouched(part), occasion=REMINDER.code, key=f":r{number}", now=now)
    # Also of those who are not vouched for and get none: they would be the next part for ever.
    Addressee.objects.filter(pk__in=[one.pk for one in part]).update(reminders=number)
    return True


@transaction.atomic
def withdraw(*, notice: ExpertNotice, reason: str, actor: User, now: datetime) -> None:
    """Take back a notice that was sent: its experts see that, and its text no more; messages that wait go out no
    more. Refuses (NoticeRefused) a draft, no reason, and one that is too long."""
    if not reason:
        raise NoticeRefused("请填写撤回的原因。")
    reason = whole(reason, LONGEST_REASON, NoticeRefused)
    row = locked(notice, State.SENDING, State.SENT)
    row.state, row.withdrawn_at, row.withdrawn_by = State.WITHDRAWN, now, actor
    row.withdrawal_reason, row.updated_at = reason, now
    row.save()
    # Who was given a link was written to under a name of its own (`_envelope`).
    waited = cancel_messages(about=row) + cancel_messages(about=(LINK, row.pk))
    after = {"原因": row.withdrawal_reason, "取消未发出的消息": waited}
    record("notice.withdraw", actor=actor, now=now, subject=row, after=after)


def _held(notice_id: int) -> ExpertNotice:
    rows = ExpertNotice.objects.select_for_update(of=("self",)).select_related(
        "sent_by", "withdrawn_by"
    )
    return rows.get(pk=notice_id)


def _next(row: ExpertNotice, **which: object) -> QuerySet[Addressee]:
    rows = row.addressees.filter(**which).select_related("expert__user").order_by("pk")
    return rows[:AT_ONCE]


def _write(
    row: ExpertNotice, part: Sequence[Addressee], *, occasion: str, key: str, now: datetime
) -> None:
    # A reminder has no files: they came with the notice.
    context, files = _context(row), list(attachments_of(row)) if occasion == SENT.code else []
    send_messages(
        occasion=occasion,
        envelopes=[_envelope(row, one, context, files, key) for one in part],
        channels=row.channels,
        now=now,
    )


def _envelope(
    row: ExpertNotice,
    one: Addressee,
    context: dict[str, str],
    files: Sequence[Attachment],
    key: str,
) -> Envelope:
    expert, own = one.expert, signs_in(one.expert)
    return Envelope(
        recipient=recipient_of(expert),
        context=context | {"专家姓名": expert.name} | ({} if own else {"链接": link_of(one)}),
        # Apart, since the link is of whoever cannot sign in: nobody else reads that message.
        about=row if own else (LINK, row.pk),
        key=f"notice:{row.pk}:{expert.pk}{key}",
        attachments=files,
    )


def _context(row: ExpertNotice) -> dict[str, str]:
    return {
        "标题": row.title,
        "内容": row.text,
        "回执要求": NEEDS_RECEIPT if row.needs_receipt else "",
        "链接": f"{settings.SITE_URL}{reverse('notices:own_detail', args=[row.pk])}",
    }


def texts_of(row: ExpertNotice, *, name: str, now: datetime) -> list[tuple[str, Text]]:
    """Return by each channel what ``row`` would say to somebody called ``name``."""
    values = _context(row) | {"专家姓名": name}
    states = states_of(SENT, row.channels)
    return [(str(state.channel.label), fill(state.text_at(now), values)) for state in states]
