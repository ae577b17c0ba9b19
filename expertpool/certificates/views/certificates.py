"""The list of certificates and what the office does with them."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from expertpool.accounts.models import UserRequest
from expertpool.certificates.enums import RunKind
from expertpool.certificates.exceptions import CertificateRefused
from expertpool.certificates.exports import CertificateExport
from expertpool.certificates.forms import CertificateFilter, MissingFilter
from expertpool.certificates.models import Certificate
from expertpool.certificates.queries.certificates import certificates_visible_to, missing_for
from expertpool.certificates.queries.states import is_outdated
from expertpool.certificates.services.issuing import (
    issue_certificate,
    reissue_certificate,
    revoke_certificate,
    why_not,
)
from expertpool.certificates.services.printing import lacking_for, lacking_of, printed_for
from expertpool.certificates.services.runs import start_run
from expertpool.certificates.tables import SORTS, state_pill, tabs
from expertpool.core.exporting import export_url
from expertpool.core.permissions import View, requires
from expertpool.core.responses import file_answer, refused, saved
from expertpool.core.views.bulk import BulkAction, bulk_view
from expertpool.core.views.listing import listing, picked_rows, render_list
from expertpool.core.views.reasons import reason_of
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.experts.queries.names import BY_NAME

VIEW, ISSUE = "certificates.view", "certificates.issue"


@require_safe
@requires(VIEW)
def index(request: UserRequest) -> HttpResponse:
    today = timezone.localdate()
    found = listing(
        request,
        certificates_visible_to(request.user),
        sorts=SORTS,
        default_sort="-issued",
        form=CertificateFilter(request.GET, user=request.user),
        tabs=tabs(today),
    )
    may_export = request.user.has_permission(CertificateExport.permission)
    context = found.context | {
        "rows": [
            (row, *state_pill(row, today), is_outdated(row), not why_not(row.expert, today))
            for row in found.page
        ],
        "lacking": lacking_of(found.page),
        "may_issue": request.user.has_permission(ISSUE),
        "may_design": request.user.has_permission("certificates.designs"),
        "export_url": export_url(CertificateExport.code) if may_export else "",
    }
    return render_list(request, "certificates/certificate_list.html", context)


@require_safe
@requires(ISSUE)
def missing(request: UserRequest) -> HttpResponse:
    """Experts in the pool who have none."""
    found = listing(
        request,
        missing_for(request.user, timezone.localdate()).select_related("employer"),
        sorts={"entered": "id", "name": BY_NAME, "term": ("term_end_date", "id")},
        default_sort="-entered",
        form=MissingFilter(request.GET, user=request.user),
    )
    context = found.context | {"lacking": lacking_for(found.page)}
    return render_list(request, "certificates/missing.html", context)


def _picked(request: UserRequest) -> QuerySet[Certificate]:
    return picked_rows(
        request,
        certificates_visible_to(request.user),
        form=lambda data: CertificateFilter(data, user=request.user),
        tabs=tabs(timezone.localdate()),
    )


def _picked_missing(request: UserRequest) -> QuerySet[Any]:
    return picked_rows(
        request,
        missing_for(request.user, timezone.localdate()),
        form=lambda data: MissingFilter(data, user=request.user),
    )


def _starts(kind: RunKind, picked: Any) -> View:
    """Return the view that starts a run of ``kind`` for the ticked rows and leads to its page."""

    @require_POST
    @requires(ISSUE)
    def view(request: UserRequest) -> HttpResponse:
        keys = list(picked(request).order_by("pk").values_list("pk", flat=True))
        try:
            run = start_run(kind=kind, keys=keys, actor=request.user, now=timezone.now())
        except CertificateRefused as refusal:
            return refused(str(refusal))
        return HttpResponseClientRedirect(reverse("certificates:run", args=[run.pk]))

    return view


issue_picked = _starts(RunKind.ISSUE, _picked_missing)
reissue_picked = _starts(RunKind.REISSUE, _picked)
print_picked = _starts(RunKind.PRINT, _picked)
revoke_picked = bulk_view(
    BulkAction(
        permission=ISSUE,
        verb="注销",
        noun="份证书",
        subject="certificate",
        change=revoke_certificate,
        picked=_picked,
        reach=lambda request: certificates_visible_to(request.user, ISSUE),
        refusals=CertificateRefused,
        arguments=lambda request: {"reason": reason_of(request)},
    )
)


@require_POST
@requires(ISSUE)
def issue(request: UserRequest, pk: int) -> HttpResponse:
    """Issue one to the expert ``pk``."""
    expert = get_object_or_404(experts_visible_to(request.user, ISSUE), pk=pk)
    try:
        made = issue_certificate(expert=expert, actor=request.user, now=timezone.now())
    except CertificateRefused as refusal:
        return refused(str(refusal))
    return saved(f"已签发证书 {made.number}", refresh=_refresh(request))


@require_POST
@requires(ISSUE)
def reissue(request: UserRequest, pk: int) -> HttpResponse:
    try:
        made = reissue_certificate(
            certificate=_found(request, pk), actor=request.user, now=timezone.now()
        )
    except CertificateRefused as refusal:
        return refused(str(refusal))
    return saved(f"已换发，新证书编号 {made.number}", refresh=_refresh(request))


@require_POST
@requires(ISSUE)
def revoke(request: UserRequest, pk: int) -> HttpResponse:
    try:
        revoke_certificate(
            certificate=_found(request, pk),
            reason=reason_of(request),
            actor=request.user,
            now=timezone.now(),
        )
    except CertificateRefused as refusal:
        return refused(str(refusal))
    return saved("证书已注销", refresh=_refresh(request))


@require_safe
@requires(ISSUE)
def file(request: UserRequest, pk: int) -> HttpResponseBase:
    certificate = _found(request, pk)
    try:
        content = printed_for(certificate=certificate, actor=request.user, now=timezone.now())
    except CertificateRefused as refusal:
        return refused(str(refusal))
    return file_answer(content, name=f"专家证书{certificate.number}.pdf", inline=True)


def _found(request: UserRequest, pk: int) -> Certificate:
    return get_object_or_404(certificates_visible_to(request.user, ISSUE), pk=pk)


def _refresh(request: UserRequest) -> str:
    return "page" if request.GET.get("from") == "detail" else "list"
