"""What happens to certificates, as it is told to event rules: what the office does, never the expert himself."""

from __future__ import annotations

from typing import Any

from django.db.models import F
from django.urls import reverse

from expertpool.automation.registry import EventKind, Person
from expertpool.certificates.enums import Ending
from expertpool.certificates.events import CertificateRevoked, CertificatesIssued
from expertpool.certificates.models import Certificate
from expertpool.certificates.queries.certificates import certificates_visible_to
from expertpool.core.criteria import Choice, Text
from expertpool.experts.enums import ExpertKind
from expertpool.experts.services.contacts import recipient_of

SUBJECT = "certificates.certificate"
CRITERIA = (
    Choice(code="kind", label="专家类别", path="kind", choices=ExpertKind.choices),
    Text(code="expert_type", label="专家类型", path="expert_type"),
    Text(code="design", label="证书样式", path="version__design__name"),
)
SAMPLES = {
    "专家姓名": "王建国",
    "专家编号": "E-000123",
    "证书编号": "ZJZS202600024",
    "有效期至": "2029-11-28",
}


def _words(row: Certificate) -> dict[str, str]:
    return {
        "专家姓名": row.name,
        "专家编号": row.expert.number,
        "证书编号": row.number,
        "有效期至": row.valid_until.isoformat() if row.valid_until else "长期",
    }


def _page(row: Certificate) -> str:
    return f"{reverse('experts:detail', args=[row.expert_id])}?tab=certificates"


_ALIKE: dict[str, Any] = {
    "subject": SUBJECT,
    "visible": certificates_visible_to,
    "page": _page,
    "name_of": lambda row: f"{row.name} {row.number}",
    "words": _words,
    "samples": SAMPLES,
    "people": {"expert": Person("持证专家", lambda row: recipient_of(row.expert))},
    "parties": {"expert": lambda row: row.expert},
    "about": lambda row: row.expert,
    "order": 24,
}

ISSUED = EventKind(
    code="certificates.issued",
    label="证书已签发",
    note="自动签发、成批签发和换发都算，每份证书一次。",
    sources={CertificatesIssued: lambda event: event.certificate_ids},
    past=lambda: Certificate.objects.annotate(happened_at=F("issued_at")),
    fact=lambda row: "issued",
    **_ALIKE,
)

REVOKED = EventKind(
    code="certificates.revoked",
    label="证书已注销",
    note="换发时旧证书停用的不算。",
    sources={CertificateRevoked: lambda event: [event.certificate_id]},
    past=lambda: Certificate.objects.filter(ending=Ending.REVOKED).annotate(
        happened_at=F("ended_at")
    ),
    fact=lambda row: "revoked",
    **_ALIKE,
)

EVENTS = (ISSUED, REVOKED)
