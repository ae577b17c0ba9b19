"""Writing a notice, and choosing to whom it goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record, record_change, snapshot
from expertpool.core.configuration import value_of
from expertpool.core.placeholders import mark, names_in
from expertpool.files.queries import attachments_of
from expertpool.files.services import remove_attachment
from expertpool.notices.enums import NoticeState
from expertpool.notices.exceptions import NoticeRefused
from expertpool.notices.models import Addressee, ExpertNotice
from expertpool.notices.queries.notices import writable_experts
from expertpool.notices.settings import HOSTS
from expertpool.notifications.queries.links import leads_elsewhere

State = NoticeState
MOST = 50_000  # addressees of one notice
RECORDED = ("title", "text", "channels", "needs_receipt")
CHANGED = "这则通知已经发送或有变化，请刷新页面，看过后再办。"


@transaction.atomic
def save_notice(
    *, row: ExpertNotice, values: Mapping[str, Any], actor: User, now: datetime
) -> ExpertNotice:
    """Write ``values`` into a draft, new or not. Refuses (NoticeRefused) what was sent, (ValidationError by
    field) what does not fit."""
    before = None
    if row.pk is None:
        # Of the department that he has now: who moves to another takes no notice along.
        row.created_at, row.created_by, row.department = now, actor, actor.department
    else:
        row = locked(row, State.DRAFT)
        before = snapshot(row, *RECORDED)
    for name, value in values.items():
        setattr(row, name, value)
    row.updated_at = now
    row.full_clean(exclude=["created_by"])
    _check_leads_nowhere(row)
    _check_names_nothing(row)
    row.save()
    after = snapshot(row, *RECORDED)
    record_change("notice.save", actor=actor, now=now, subject=row, before=before, after=after)
    return row


def _check_names_nothing(row: ExpertNotice) -> None:
    """Refuse (ValidationError by field) placeholders: nothing is put in their place in what somebody writes."""
    for name in ("title", "text"):
        if found := names_in(getattr(row, name)):
            marks = "、".join(dict.fromkeys(map(mark, found)))
            raise ValidationError(
                {
                    name: f"通知里的变量不会替换，会原样发给每位专家：{marks}。请删去；开头的称呼由系统加上。"
                }
            )


def _check_leads_nowhere(row: ExpertNotice) -> None:
    """Refuse (ValidationError by field) addresses of hosts that the office has not named: a letter in its name
    would lead to anybody's page."""
    hosts = set(value_of(HOSTS).lower().split())
    for name in ("title", "text"):
        if shown := leads_elsewhere(getattr(row, name), allowed=hosts):
            raise ValidationError(
                {
                    name: f"不能写别处的网址：{shown}。请删去；确需写的，请管理员把域名列入「站点设置」的「{HOSTS.label}」，网址前后留空格。"
                }
            )


@transaction.atomic
def add_addressees(
    *, notice: ExpertNotice, experts: Iterable[int], actor: User, now: datetime
) -> tuple[int, int]:
    """Add those of ``experts`` (ids) to whom ``actor`` may write; return how many are new, and how many are out of
    his reach. Refuses (NoticeRefused) a notice that was sent, and more than 50,000."""
    row, keys = locked(notice, State.DRAFT), set(experts)
    reach = writable_experts(actor).filter(pk__in=keys).order_by().select_related(None)
    # The number, since the proof that he was chosen names it; more is not read of so many.
    found = {one.pk: one for one in reach.only("number")}
    within = set(found)
    # Chosen twice they are one: what is new is told, and the limit counts people.
    there = set(row.addressees.filter(expert__in=within).values_list("expert", flat=True))
    new = sorted(within - there)
    if row.addressees.count() + len(new) > MOST:
        raise NoticeRefused(f"一则通知最多发给 {MOST:,} 位专家。")
    Addressee.objects.bulk_create(Addressee(notice=row, expert=found[pk]) for pk in new)
    if new:
        after = {"新增": len(new), "收件人": row.addressees.count()}
        record("notice.choose", actor=actor, now=now, subject=row, after=after)
    return len(new), len(keys - within)


@transaction.atomic
def drop_addressees(
    *, notice: ExpertNotice, addressees: Iterable[int], actor: User, now: datetime
) -> int:
    """Take ``addressees`` (ids) out of a draft; return how many. Refuses (NoticeRefused) one that was sent."""
    row = locked(notice, State.DRAFT)
    count, _ = row.addressees.filter(pk__in=list(addressees)).delete()
    if count:
        after = {"移出": count, "收件人": row.addressees.count()}
        record("notice.choose", actor=actor, now=now, subject=row, after=after)
    return count


@transaction.atomic
def delete_draft(*, notice: ExpertNotice, actor: User, now: datetime) -> None:
    """Delete a draft with its files. Refuses (NoticeRefused) what was sent: it is withdrawn."""
    row = locked(notice, State.DRAFT)
    for file in attachments_of(row):
        remove_attachment(attachment=file, actor=actor, now=now)
    record("notice.delete", actor=actor, now=now, subject=row)
    row.addressees.all().delete()
    row.delete()


def locked(notice: ExpertNotice, *states: NoticeState) -> ExpertNotice:
    """Return ``notice`` as it stands, held until the transaction ends. Refuses (NoticeRefused) other states."""
    rows = ExpertNotice.objects.select_for_update(of=("self",))
    row = rows.select_related("created_by", "sent_by").filter(pk=notice.pk).first()
    if row is None or row.state not in states:
        raise NoticeRefused(CHANGED)
    return row
