"""What the public has against what is on notice: who it is, only those who decide learn."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import uuid4

from django.db import transaction

from expertpool.audit.services import record
from expertpool.core.client import network_of
from expertpool.core.crypto import blind_index
from expertpool.core.limits import leaves_some
from expertpool.core.locks import lock_transaction
from expertpool.core.mandates import vouched_among
from expertpool.workflow.exceptions import NoticeOver, TooManyObjections
from expertpool.workflow.models import Objection, PublicNotice
from expertpool.workflow.queries.notices import objections_to, open_notices
from expertpool.workflow.services.leading import row_of

LOCK = "workflow.objection"
EACH_HOUR = 5  # by one address
# Of one notice: somebody's machine writes the rest; and what one address leaves to others of them.
MOST, PARTS = 400, 20


@transaction.atomic
def file_objection(
    *, notice: PublicNotice, name: str, contact: str, text: str, address: str, now: datetime
) -> Objection:
    """Keep what somebody has against ``notice``; logs that there is one. The same again is the first.

    Refuses (NoticeOver) when the notice does not stand any more, and (TooManyObjections) more than a few
    an hour from one ``address``, which is kept as an index; of all that one notice takes, few addresses leave
    some to others.
    """
    lock_transaction(LOCK)  # two at once are counted one after the other
    if not open_notices(now).filter(pk=notice.pk).exists():
        raise NoticeOver("公示已经结束，不再接收异议；请直接联系主管部门。")
    source = blind_index("workflow.objection.address", network_of(address))
    once = blind_index("workflow.objection", f"{name}\n{contact}\n{text}")
    # None that somebody wrote into the table takes the place of one that the public files.
    filed = objections_to(PublicNotice.objects.filter(pk=notice.pk))
    known = next((one for one in filed if one.once == once), None)
    if known is not None:
        return known
    recent = Objection.objects.filter(address_index=source, filed_at__gt=now - timedelta(hours=1))
    lately = vouched_among(recent.select_related("notice").order_by("pk"))
    own = sum(one.address_index == source for one in filed)
    if len(lately) >= EACH_HOUR or not leaves_some(MOST, used=len(filed), own=own, parts=PARTS):
        raise TooManyObjections("提交过于频繁，请一小时后再试，或直接联系主管部门。")
    objection = Objection(
        code=uuid4(),
        notice=notice,
        name=name,
        contact=contact,
        text=text,
        filed_at=now,
        address_index=source,
        once=once,
    )
    objection.save(force_insert=True)
    # Neither who nor what: the log is read by others than those who decide.
    record("workflow.objection", actor=None, now=now, subject=row_of(notice.approval))
    return objection
