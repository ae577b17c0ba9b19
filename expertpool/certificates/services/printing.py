"""Certificates on paper: one or hundreds in one PDF, and what a designer sees while he moves things."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from django.db.models import prefetch_related_objects
from django.utils import timezone

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.certificates.enums import CertificateState, ElementKind, Ending
from expertpool.certificates.exceptions import CertificateRefused
from expertpool.certificates.models import Background, Certificate, Design, DesignVersion
from expertpool.certificates.queries.codes import LENGTH, address_of, check_address, stands
from expertpool.certificates.queries.states import state_of
from expertpool.certificates.services.issuing import LONG, day_text
from expertpool.certificates.settings import ISSUER, YEARS
from expertpool.certificates.validators import VOCABULARY, Element
from expertpool.core.configuration import value_of
from expertpool.core.documents import Lacking, lacking_in, qr_svg, render_pdf, render_pngs
from expertpool.core.placeholders import fill_text, names_in
from expertpool.core.settings import SITE_NAME
from expertpool.experts.models import Expert
from expertpool.experts.queries.availability import last_day

TEMPLATE = "certificates/certificate.typ"
TITLE = "专家证书"
MASK = 3  # of the QR codes: hundreds at once
SAMPLE_CODE = "x" * LENGTH
ALTERED = (
    "证书 {} 的记录在系统之外被改动过，不能打印、下载；请管理员查看操作日志，并为专家重新发证。"
)
ENDED = {
    Ending.REVOKED: "证书 {} 已注销，不能打印。",
    Ending.REPLACED: "证书 {} 已换发，不能打印；请打印换发的新证书。",
}
# By the expert himself; the office prints whatever has not ended.
PRINTABLE = (CertificateState.VALID, CertificateState.COMING)
DOTS = 110  # an inch, of a preview


def certificates_pdf(certificates: Sequence[Certificate], *, at: datetime) -> bytes:
    """Return one PDF with a page for each of ``certificates``, in their order."""
    versions = {one.version_id for one in certificates}
    rows = DesignVersion.objects.filter(pk__in=versions).select_related("background")
    # Each picture once in the file, though hundreds of pages use it.
    looks = {row.pk: (at, row) for at, row in enumerate(rows.order_by("pk"))}
    pages = []
    for one in certificates:
        look, version = looks[one.version_id]
        pages.append(_page(look, version.elements, one.printed, address_of(one)))
    data = {
        "title": f"{TITLE} {certificates[0].number}" if len(certificates) == 1 else TITLE,
        "looks": [_look(row) for _, row in looks.values()],
        "pages": pages,
    }
    pictures = _pictures(*(row.background for _, row in looks.values()))
    return render_pdf(TEMPLATE, data, at=at, pictures=pictures)


def preview_png(
    elements: list[Element],
    *,
    background: Background | None,
    landscape: bool,
    said: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """Return a picture of a design with sample values, those of the design itself in ``said`` (`sample_of`): of the
    document that is printed, by other means."""
    (picture,) = render_pngs(
        TEMPLATE,
        _sample(elements, background, landscape, said),
        ppi=DOTS,
        pictures=_pictures(background),
    )
    return picture


def preview_pdf(
    elements: list[Element],
    *,
    background: Background | None,
    landscape: bool,
    at: datetime,
    said: Mapping[str, str] = MappingProxyType({}),
) -> bytes:
    """Return what `preview_png` shows as the PDF that is printed."""
    data = _sample(elements, background, landscape, said)
    return render_pdf(TEMPLATE, data, at=at, pictures=_pictures(background))


def sample_of(design: Design, *, now: datetime) -> dict[str, str]:
    """Return what a certificate by ``design``, saved or not, would say of itself if it were issued ``now``."""
    today = timezone.localdate(now)
    until = last_day(today, value_of(YEARS))
    said = {
        "证书编号": design.number_sample if design.prefix else "",
        "专家类别": "".join(design.kind_labels[:1]),
        "专家类型": "".join(design.types[:1]),
        "发证日期": day_text(today),
        "有效期自": day_text(today),
        "有效期至": day_text(until) if until else LONG,
        "发证单位": value_of(ISSUER) or value_of(SITE_NAME),
    }
    return {name: text for name, text in said.items() if text}


def printed_for(*, certificate: Certificate, actor: User, now: datetime) -> bytes:
    """Return the PDF for the office; logged. Refuses (CertificateRefused) what this system did not issue so, and
    what is revoked or replaced."""
    if why := why_not_printed(certificate):
        raise CertificateRefused(why)
    content = certificates_pdf([certificate], at=now)
    after = {"证书编号": certificate.number}
    record("certificate.print", actor=actor, now=now, subject=certificate.expert, after=after)
    return content


def lacking_for(experts: Iterable[Expert]) -> list[Lacking]:
    """Return whose name would have empty boxes on a certificate that is issued now."""
    return lacking_in((one.name, one.name) for one in experts)


def lacking_of(certificates: Iterable[Certificate]) -> list[Lacking]:
    """Return which of ``certificates``, as far as they are still printed, would have empty boxes."""
    rows = [one for one in certificates if not one.ending and one.printed]
    prefetch_related_objects(rows, "version")
    return lacking_in((f"{one.name} {one.number}", _text_of(one)) for one in rows)


def _text_of(certificate: Certificate) -> str:
    texts = (one for one in certificate.version.elements if one["kind"] != ElementKind.QR)
    return "\n".join(_words(one["text"], certificate.printed) for one in texts)


def why_not_printed(certificate: Certificate) -> str:
    """Return why nobody prints ``certificate``; empty: it may be printed."""
    if not stands(certificate):
        return ALTERED.format(certificate.number)
    return (
        ENDED[Ending(certificate.ending)].format(certificate.number) if certificate.ending else ""
    )


def own_certificate(
    *, expert: Expert, certificate: Certificate, actor: User, now: datetime
) -> bytes:
    """Return his certificate to ``expert``; logged. Refuses (CertificateRefused) one that is not valid now, or
    another's."""
    if certificate.expert_id != expert.pk:
        raise CertificateRefused("这不是您的证书。")
    # While its expert is suspended it rests: he sees that, and prints none.
    state = state_of(certificate, timezone.localdate(now))
    if state not in PRINTABLE:
        raise CertificateRefused(f"证书{state.label}，不能打印、下载。有疑问请联系专家库管理员。")
    return printed_for(certificate=certificate, actor=actor, now=now)


def _sample(
    elements: list[Element],
    background: Background | None,
    landscape: bool,
    said: Mapping[str, str],
) -> dict[str, Any]:
    values = {one.name: str(one.sample) for one in VOCABULARY.fields} | dict(said)
    look = {
        "landscape": background.landscape if background else landscape,
        "picture": _name(background) if background else "",
    }
    page = _page(0, elements, values, check_address(SAMPLE_CODE))
    return {"title": TITLE, "looks": [look], "pages": [page]}


def _page(
    look: int, elements: list[Element], values: dict[str, str], address: str
) -> dict[str, Any]:
    filled = [
        # The code is drawn by itself: it is no text with gaps.
        one if one["kind"] == ElementKind.QR else one | {"text": _words(one["text"], values)}
        for one in elements
    ]
    return {"look": look, "elements": filled, "code": qr_svg(address, mask=MASK)}


def _words(text: str, values: dict[str, str]) -> str:
    """Return what a text says on the page: nothing where no value of its is there, for a 「专业：」 alone says nothing."""
    names = names_in(text)
    return fill_text(text, values) if not names or any(values[name] for name in names) else ""


def _look(version: DesignVersion) -> dict[str, Any]:
    background = version.background
    return {
        "landscape": version.landscape,
        "picture": _name(background) if background else "",
    }


def _name(background: Background) -> str:
    return f"{background.pk}.png"


def _pictures(*backgrounds: Background | None) -> dict[str, bytes]:
    return {_name(one): bytes(one.content) for one in backgrounds if one is not None}
