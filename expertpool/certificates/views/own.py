"""The expert's own area: his certificates."""

from __future__ import annotations

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.accounts.models import UserRequest
from expertpool.certificates.exceptions import CertificateRefused
from expertpool.certificates.queries.certificates import certificates_of
from expertpool.certificates.queries.codes import address_of
from expertpool.certificates.queries.states import state_of
from expertpool.certificates.services.printing import PRINTABLE, lacking_of, own_certificate
from expertpool.certificates.tables import state_pill
from expertpool.core.documents import qr_data_uri
from expertpool.core.responses import file_answer, refused
from expertpool.core.views.listing import render_list
from expertpool.experts.guards import as_expert
from expertpool.experts.models import Expert


@require_safe
@as_expert
def certificates(request: UserRequest, expert: Expert) -> HttpResponse:
    today = timezone.localdate()
    rows = list(certificates_of(expert))
    shown = next((one for one in rows if state_of(one, today) in PRINTABLE), None)
    address = address_of(shown) if shown else ""
    context = {
        "rows": [(one, *state_pill(one, today), state_of(one, today) in PRINTABLE) for one in rows],
        "shown": shown,
        "lacking": lacking_of([shown] if shown else []),
        "address": address,
        "qr": qr_data_uri(address) if address else "",
    }
    return render_list(request, "certificates/own.html", context)


@require_safe
@as_expert
def file(request: UserRequest, expert: Expert, pk: int) -> HttpResponseBase:
    certificate = get_object_or_404(certificates_of(expert), pk=pk)
    try:
        content = own_certificate(
            expert=expert, certificate=certificate, actor=request.user, now=timezone.now()
        )
    except CertificateRefused as refusal:
        return refused(str(refusal))
    inline = "preview" in request.GET
    return file_answer(content, name=f"专家证书{certificate.number}.pdf", inline=inline)
