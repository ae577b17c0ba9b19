"""The expert's own area: what the office wrote to him."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.responses import refused, saved
from expertpool.core.views.listing import listing, render_list
from expertpool.experts.guards import as_expert
from expertpool.experts.models import Expert
from expertpool.files.queries import attachments_of
from expertpool.notices.enums import ReceiptKind
from expertpool.notices.exceptions import NoticeRefused
from expertpool.notices.queries.notices import own_notices
from expertpool.notices.services.reading import confirm_receipt, open_notice
from expertpool.notices.tables import OWN_TABS


@require_safe
@as_expert
def notices(request: UserRequest, expert: Expert) -> HttpResponse:
    found = listing(
        request,
        own_notices(expert),
        sorts={"sent": ("sent_at", "id")},
        default_sort="-sent",
        tabs=OWN_TABS,
    )
    return render_list(request, "notices/own.html", found.context)


@require_safe
@as_expert
def detail(request: UserRequest, expert: Expert, pk: int) -> HttpResponse:
    """One of them; showing it notes that it was read."""
    row = get_object_or_404(own_notices(expert), notice=pk)
    open_notice(addressee=row, actor=request.user, now=timezone.now())
    receipts = {one.kind: one.at for one in row.receipts.all()}
    context = {
        "row": row,
        "notice": row.notice,
        "confirmed_at": receipts.get(ReceiptKind.CONFIRMED),
        "has_files": attachments_of(row.notice).exists(),
    }
    return render(request, "notices/own_detail.html", context)


@require_POST
@as_expert
def confirm(request: UserRequest, expert: Expert, pk: int) -> HttpResponse:
    row = get_object_or_404(own_notices(expert), notice=pk)
    try:
        confirm_receipt(addressee=row, actor=request.user, now=timezone.now())
    except NoticeRefused as refusal:
        return refused(str(refusal))
    return saved("已确认收到", refresh="page")
