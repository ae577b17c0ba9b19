"""What an expert does with a notice: he opens it, and confirms that he has it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.notices.enums import NoticeState, ReceiptKind
from expertpool.notices.exceptions import NoticeRefused
from expertpool.notices.models import Addressee, ExpertNotice, Receipt
from expertpool.notifications.queries.messages import own_messages
from expertpool.notifications.services.delivery import mark_read


@transaction.atomic
def open_notice(*, addressee: Addressee, actor: User, now: datetime) -> None:
    """Note that its expert has opened a notice, once; its messages in his inbox are read, too."""
    if addressee.notice.state != NoticeState.WITHDRAWN:
        note_receipt(addressee, ReceiptKind.READ, now)
    about = {"about_type": ExpertNotice._meta.label_lower, "about_id": str(addressee.notice_id)}
    mark_read(messages=own_messages(actor).filter(**about), now=now)


@transaction.atomic
def confirm_receipt(*, addressee: Addressee, actor: User, now: datetime) -> None:
    """Note that its expert confirms that he has a notice, once. Refuses (NoticeRefused) one that asks for no
    confirmation, and one that is withdrawn."""
    notice = standing_notice(addressee)
    if not notice.needs_receipt:
        raise NoticeRefused("这则通知不需要确认。")
    note_receipt(addressee, ReceiptKind.READ, now)
    if note_receipt(addressee, ReceiptKind.CONFIRMED, now):
        # About his own row: of many hundreds the notice itself is not the place.
        record("notice.confirm", actor=actor, now=now, subject=addressee, note=str(notice))


def standing_notice(addressee: Addressee) -> ExpertNotice:
    """Return the notice that went to ``addressee``, locked: nobody withdraws it between this look and a receipt.
    Refuses (NoticeRefused) one that is withdrawn."""
    notice = ExpertNotice.objects.select_for_update(no_key=True).get(pk=addressee.notice_id)
    if notice.state == NoticeState.WITHDRAWN:
        raise NoticeRefused("这则通知已撤回，不需要确认。")
    return notice


def note_receipt(addressee: Addressee, kind: ReceiptKind, now: datetime) -> bool:
    """Write a receipt unless it is there; tell whether it was not."""
    if addressee.receipts.filter(kind=kind).exists():
        return False
    # Of two devices at once one writes it.
    row = Receipt(addressee=addressee, kind=kind, at=now)
    Receipt.objects.bulk_create([row], ignore_conflicts=True)
    return True
