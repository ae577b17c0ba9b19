"""The personal link of an expert who cannot sign in: he reads a notice by it, and confirms that he has it.

Signed rather than stored, and for one expert and one notice. Opening it notes nothing: a program that looks at the
mail of others opens it, too.
"""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.core import signing
from django.db import transaction
from django.urls import reverse

from expertpool.audit.services import record
from expertpool.core.fields import is_vouched
from expertpool.experts.enums import ExpertStatus
from expertpool.notices.enums import ReceiptKind
from expertpool.notices.exceptions import LinkInvalid
from expertpool.notices.models import Addressee
from expertpool.notices.services.reading import note_receipt, standing_notice

SALT = "notices.link"
INVALID = "链接无效，请完整复制短信或邮件中的网址，或联系发通知的部门。"


def link_of(addressee: Addressee) -> str:
    """Return the address by which the expert of ``addressee`` reads and confirms without signing in."""
    # With both names: a row that was led to another notice or expert opens nothing.
    names = [addressee.pk, addressee.notice.uid.hex, addressee.expert.number]
    token = signing.dumps(names, salt=SALT, compress=True)
    return f"{settings.SITE_URL}{reverse('notices:link', args=[token])}"


def addressee_for_link(token: str) -> Addressee:
    """Return whom ``token`` is of. Raises LinkInvalid for any that this system has not made, and where the notice, or
    that it goes to him, is not as it was sent."""
    try:
        pk, uid, number = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        raise LinkInvalid(INVALID) from None
    rows = Addressee.objects.select_related("expert", "notice__sent_by", "notice__withdrawn_by")
    row = rows.filter(pk=pk, notice__uid=uid, expert__number=number, sent_at__isnull=False).first()
    # The link outlives the letter in which it came.
    if row is None or row.expert.status == ExpertStatus.DELETED:
        raise LinkInvalid(INVALID)
    if not (is_vouched(row) and is_vouched(row.notice)):
        raise LinkInvalid(INVALID)
    return row


@transaction.atomic
def confirm_by_link(*, addressee: Addressee, now: datetime) -> None:
    """Note that whoever has the link has read the notice, and confirms it where it asks for that; once, and logged.
    Refuses (NoticeRefused) one that is withdrawn."""
    notice = standing_notice(addressee)
    first = note_receipt(addressee, ReceiptKind.READ, now)
    if notice.needs_receipt:
        first = note_receipt(addressee, ReceiptKind.CONFIRMED, now)
    if first:
        note = f"{notice}，凭短信或邮件中的链接"
        record("notice.confirm", actor=None, now=now, subject=addressee, note=note)
