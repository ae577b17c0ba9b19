"""The page behind the code of a certificate: what anybody may know of it."""

from __future__ import annotations

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.certificates.enums import CertificateState, NameShown
from expertpool.certificates.models import Certificate
from expertpool.certificates.queries.codes import certificate_by
from expertpool.certificates.queries.states import TONES, state_of
from expertpool.certificates.services.lookups import may_look
from expertpool.certificates.settings import PUBLIC_EMPLOYER, PUBLIC_NAME
from expertpool.core.client import client_address
from expertpool.core.configuration import value_of
from expertpool.experts.enums import ExpertKind

State = CertificateState
SENTENCES = {
    State.VALID: "该证书由本系统签发，目前有效。",
    State.COMING: "该证书由本系统签发，还没有到生效日期。",
    State.SUSPENDED: "该证书暂停使用，持证人目前不能以评审专家身份参加活动。",
    State.EXPIRED: "该证书已过有效期。",
    State.OVER: "持证人已不是本专家库的专家，该证书已失效。",
    State.REPLACED: "该证书已换发新证书，请持证人出示新证书。",
    State.REVOKED: "该证书已被发证单位注销，不再有效。",
}


@login_not_required
@require_safe
def check(request: HttpRequest, code: str) -> HttpResponse:
    now = timezone.now()
    # Before anything is looked for: whoever asks too often learns nothing by it.
    if not may_look(address=client_address(request), now=now):
        return _answered(request, {"busy": True}, 429)
    certificate = certificate_by(code)
    if certificate is None:
        return _answered(request, {"unknown": True}, 404)
    state = state_of(certificate, timezone.localdate(now))
    context = {
        "certificate": certificate,
        "state": state,
        "tone": TONES[state],
        "is_valid": state is State.VALID,
        "sentence": SENTENCES[state],
        "name": shown_name(certificate),
        "issuer": certificate.printed.get("发证单位", ""),
        "employer": certificate.printed.get("工作单位", "") if value_of(PUBLIC_EMPLOYER) else "",
        "checked_at": now,
    }
    return _answered(request, context, 200)


def shown_name(certificate: Certificate) -> str:
    """Return the name as far as the office lets anybody know it; organisations are no persons."""
    shown = value_of(PUBLIC_NAME)
    if certificate.kind == ExpertKind.ORGANISATION or shown == NameShown.PLAIN:
        return certificate.name
    # Two stars for all: how long a name is tells of whom it may be.
    return f"{certificate.name[:1]}**" if shown == NameShown.MASKED else ""


def _answered(request: HttpRequest, context: dict[str, object], status: int) -> HttpResponse:
    response = render(request, "certificates/check.html", context, status=status)
    # Neither found by a search, nor told to pages that it leads to.
    response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
    response["Referrer-Policy"] = "no-referrer"
    return response
