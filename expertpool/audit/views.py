"""The log on the screen."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render

from expertpool.audit.actions import action_label
from expertpool.audit.forms import EntryFilters, VerifyForm
from expertpool.audit.queries import (
    branch_name,
    chain_head,
    differences,
    entries_visible_to,
    note_of,
    subject_type_label,
)
from expertpool.audit.services.chain import verify_chain
from expertpool.audit.services.proofs import Proofs
from expertpool.core.exporting import export_url
from expertpool.core.permissions import requires
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.listing import listing, render_list

CHECKED_AT_ONCE = 100_000  # entries that a reader can wait for


@requires("audit.view")
def entry_list(request: HttpRequest) -> HttpResponse:
    user: Any = request.user
    shown = listing(
        request,
        entries_visible_to(request.user),
        # Not by time: entries of one transaction have the same.
        sorts={"id": "id"},
        default_sort="-id",
        form=EntryFilters(request.GET, viewer=user),
    )
    proofs = Proofs()
    for entry in shown.page:
        entry.is_proven = proofs.hold_for(entry)
        entry.action_label = action_label(entry.action)
        entry.note = note_of(entry, user)
        entry.type_label = subject_type_label(entry.subject_type)
    context = shown.context | {"head": chain_head(), "export_url": export_url("audit.entries")}
    return render_list(request, "audit/entry_list.html", context)


@requires("audit.view")
def entry_detail(request: HttpRequest, pk: int) -> HttpResponse:
    user: Any = request.user
    entry = get_object_or_404(entries_visible_to(request.user), pk=pk)
    context = {
        "entry": entry,
        "is_proven": Proofs().hold_for(entry),
        "action": action_label(entry.action),
        "subject_type": subject_type_label(entry.subject_type),
        "note": note_of(entry, user),
        "differences": differences(entry, user.has_permission, user),
        "digest": bytes(entry.digest).hex(),
        "previous_hash": bytes(entry.previous_hash or b"").hex(),
        "hash": bytes(entry.hash or b"").hex(),
        "branch": branch_name(entry.branch) if entry.branch else "",
    }
    return render(request, "audit/entry_detail.html", context)


@requires("audit.view")
def verify(request: HttpRequest) -> HttpResponse:
    """Recompute the whole chain and say whether it holds, also for a head that the reader kept."""
    form = VerifyForm(request.POST if request.method == "POST" else None)

    def write() -> str:
        head, expected = chain_head(), form.cleaned_data["expected"]
        if head.number > CHECKED_AT_ONCE:
            raise ValidationError("日志很多，请在服务器上运行 expertpool verify-chain 核验。")
        if found := verify_chain(expected):
            raise ValidationError(f"日志不一致：{found}")
        compared = f"，第 {max(expected)} 条与您留存的链头相符" if expected else ""
        return f"一致：{head.number} 条日志没有被改动{compared}。"

    return drawer_form(request, form, write, title="核验操作日志", submit_label="核验", refresh="")
