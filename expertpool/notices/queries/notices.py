"""Which notices somebody sees, writes or was sent."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from expertpool.accounts.models import User
from expertpool.accounts.queries import scope_q
from expertpool.core.fields import is_vouched
from expertpool.core.visibility import told
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.models import Expert
from expertpool.experts.queries.experts import expert_for, experts_visible_to
from expertpool.files.registry import FileSubject
from expertpool.notices.enums import NoticeState, ReceiptKind
from expertpool.notices.models import Addressee, ExpertNotice, Receipt

SUBJECT = "notices.expertnotice"
VIEW, SEND = "notices.view", "notices.send"
State = NoticeState


def notices_visible_to(user: User, code: str = VIEW) -> QuerySet[ExpertNotice]:
    """Return the notices of the scope of ``user``, by who wrote them."""
    if not user.has_permission(code):
        return ExpertNotice.objects.none()
    return ExpertNotice.objects.filter(scope_q(user, code)).select_related(
        "created_by", "department"
    )


def with_counts(rows: QuerySet[ExpertNotice], user: User) -> QuerySet[ExpertNotice]:
    """Return ``rows`` with ``people`` and ``answered``: how many of the experts whom ``user`` may see, and how
    many of them have done what was asked, as far as it is told."""
    own = Addressee.objects.filter(
        notice=OuterRef("pk"), expert__in=experts_visible_to(user, VIEW)
    ).order_by()
    asked = Q(addressee__notice__needs_receipt=True, kind=ReceiptKind.CONFIRMED)
    asked |= Q(addressee__notice__needs_receipt=False, kind=ReceiptKind.READ)
    done = told(Receipt.objects.filter(asked, addressee=OuterRef("pk")))
    # As subqueries: joined, a notice would be counted once for each receipt.
    counts = {"people": own, "answered": own.filter(Exists(done))}
    return rows.annotate(
        **{
            name: Coalesce(Subquery(found.values("notice").annotate(n=Count("pk")).values("n")), 0)
            for name, found in counts.items()
        }
    )


def writable_experts(user: User) -> QuerySet[Expert]:
    """Return the experts to whom ``user`` may write."""
    return experts_visible_to(user, SEND).exclude(status=ExpertStatus.DELETED)


def own_drafts(user: User) -> QuerySet[ExpertNotice]:
    return ExpertNotice.objects.filter(created_by=user, state=State.DRAFT)


def own_notices(expert: Expert) -> QuerySet[Addressee]:
    """Return what was sent to ``expert``, for himself, with ``has_read`` and ``has_confirmed``; nothing that somebody
    else than this system wrote, or to which he was added so (docs/decisions/0235)."""
    own = Receipt.objects.filter(addressee=OuterRef("pk"))
    sent = Addressee.objects.filter(expert=expert, sent_at__isnull=False)
    of = sent.select_related("expert", "notice__sent_by", "notice__withdrawn_by").order_by()
    # The database cannot check a proof; of one expert they are few.
    keys = [one.pk for one in of if is_vouched(one) and is_vouched(one.notice)]
    return (
        Addressee.objects.filter(pk__in=keys)
        .select_related("notice", "expert")
        .annotate(
            has_read=Exists(own.filter(kind=ReceiptKind.READ)),
            has_confirmed=Exists(own.filter(kind=ReceiptKind.CONFIRMED)),
        )
    )


# What he has still to do.
TO_DO = ~Q(notice__state=State.WITHDRAWN) & (
    Q(has_read=False) | Q(notice__needs_receipt=True, has_confirmed=False)
)


def waiting_notices(user: User) -> QuerySet[Addressee]:
    """Return what the expert whose account ``user`` is has still to read or to confirm."""
    expert = expert_for(user)
    return own_notices(expert).filter(TO_DO) if expert else Addressee.objects.none()


def _may_view_file(user: Any, subject_id: str) -> bool:
    if notices_visible_to(user).filter(pk=subject_id).exists():
        return True
    if notices_visible_to(user, SEND).filter(pk=subject_id).exists():
        return True
    expert = expert_for(user) if user.has_permission("experts.self") else None
    if expert is None:
        return False
    mine = own_notices(expert).filter(notice__pk=subject_id)
    # What was taken back is read by nobody, nor are its files.
    return mine.exclude(notice__state=State.WITHDRAWN).exists()


def _may_edit_file(user: Any, subject_id: str) -> bool:
    rows = notices_visible_to(user, SEND).filter(pk=subject_id, state=State.DRAFT)
    return rows.exists()


def _closed(subject_id: str) -> str:
    # Locked: nobody sends it before the file is stored.
    row = ExpertNotice.objects.select_for_update(of=("self",)).filter(pk=subject_id).first()
    return "" if row and row.is_draft else "通知已经发送，附件不能再改动。"


NOTICE_FILES = FileSubject(
    SUBJECT, may_view=_may_view_file, may_edit=_may_edit_file, closed=_closed, left=True
)
