"""Designs of certificates: saved in versions, put in and out of use, and the one for an expert."""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import IntegrityError, transaction

from expertpool.accounts.models import User
from expertpool.audit.services import record
from expertpool.certificates.exceptions import CertificateRefused
from expertpool.certificates.models import Background, Design, DesignVersion
from expertpool.certificates.queries.designs import design_of, fonts, newest
from expertpool.certificates.services.built_in import BUILT_IN
from expertpool.certificates.validators import clean_elements
from expertpool.core.documents import Refused, page_png, png_size
from expertpool.core.locks import lock_transaction
from expertpool.core.scanning import ScanRefused, scan
from expertpool.core.sizes import MEGABYTE
from expertpool.experts.enums import ExpertKind
from expertpool.experts.models import Expert

MOST_UPLOADED = 10  # MB
_LOCK = "certificates-designs"
STALE = "别人刚刚保存过这个样式，请刷新页面，看过新的再改。"


@dataclass(frozen=True)
class DesignData:
    """What a designer's page sends. ``seen`` is the version that it was opened with, 0 for a new design."""

    name: str
    kinds: list[str]
    types: list[str]
    prefix: str
    with_year: bool
    digits: int
    elements: str
    background: Background | None = None
    landscape: bool = True
    seen: int = 0


def keep_background(*, upload: UploadedFile, actor: User, now: datetime) -> Background:
    """Draw ``upload`` anew as a page of A4 and keep it; the same picture is kept once.

    Refuses (CertificateRefused) what is too large, has a virus, is no PNG, JPEG or PDF, is broken or not of the
    sides of A4.
    """
    if (upload.size or 0) > MOST_UPLOADED * MEGABYTE:
        raise CertificateRefused(f"文件太大：底版最大 {MOST_UPLOADED} MB。")
    try:
        scan(upload, name=upload.name or "", door="证书底版", user_id=actor.pk, now=now)
        # Drawn anew: whatever else was in the file goes no further.
        content = page_png(upload.read())
    except ScanRefused as refusal:
        raise CertificateRefused(str(refusal)) from None
    except Refused as refusal:
        raise CertificateRefused("".join(refusal.problems)) from None
    width, height = png_size(content)
    values = {
        "content": content,
        "landscape": width > height,
        "created_at": now,
        "created_by": actor,
    }
    digest = hashlib.sha256(content).digest()
    return Background.objects.get_or_create(digest=digest, defaults=values)[0]


@transaction.atomic
def save_design(
    *, design: Design | None, data: DesignData, actor: User, now: datetime
) -> DesignVersion:
    """Save a design as its next version; certificates that were issued keep theirs.

    Refuses (CertificateRefused, ValidationError by field) a layout that is not in order, experts who have
    another design already, a name that is taken, and what others have saved since it was opened.
    """
    lock_transaction(_LOCK)
    landscape = data.background.landscape if data.background else data.landscape
    elements = clean_elements(data.elements, landscape=landscape, fonts=fonts())
    last = newest(design) if design else None
    # By the version and not by a lock: the page was open for an hour.
    if (last.number if last else 0) != data.seen:
        raise CertificateRefused(STALE)
    before = _described(design) if design else None
    design = design or Design(active=True)
    for name in ("name", "kinds", "types", "prefix", "with_year", "digits"):
        setattr(design, name, getattr(data, name))
    design.updated_at = now
    design.full_clean()
    # One that rests may overlap: it is asked when it is put into use.
    if design.active:
        _refuse_overlap(design)
    design.save()
    version = DesignVersion.objects.create(
        design=design,
        number=data.seen + 1,
        background=data.background,
        landscape=landscape,
        elements=elements,
        created_at=now,
        created_by=actor,
    )
    after = _described(design) | {"版本": version.number}
    record("certificate.design", actor=actor, now=now, subject=design, before=before, after=after)
    return version


@transaction.atomic
def use_design(*, design: Design, active: bool, actor: User, now: datetime) -> None:
    """Put a design in or out of use. Refuses (CertificateRefused) one for experts who have another."""
    lock_transaction(_LOCK)
    design = Design.objects.select_for_update().get(pk=design.pk)
    if design.active == active:
        return
    design.active, design.updated_at = active, now
    if active:
        _refuse_overlap(design)
    design.save(update_fields=["active", "updated_at"])
    after = {"状态": "使用中" if active else "已停用"}
    record("certificate.design_use", actor=actor, now=now, subject=design, after=after)


def design_for(expert: Expert, *, now: datetime) -> DesignVersion:
    """Return the version by which ``expert`` gets his certificate now. Where the office has made no design for
    his kind, the one of the product. Refuses (CertificateRefused) where all that fit were put out of use."""
    ensure_built_in(now=now)
    design = design_of(expert.kind, expert.expert_type)
    if design is None:
        kind = ExpertKind(expert.kind).label
        raise CertificateRefused(
            f"没有适用于{kind}「{expert.expert_type or '未填类型'}」的证书样式，请先启用或新增一种。"
        )
    version = newest(design)
    assert version is not None  # noqa: S101 - each design is saved with its first
    return version


def ensure_built_in(*, now: datetime) -> None:
    """Make the designs that the product brings, once."""
    there = set(Design.objects.exclude(built_in=None).values_list("built_in", flat=True))
    for kind in set(ExpertKind) - there:
        made = BUILT_IN[kind]
        taken = design_of(kind, "") is not None
        try:
            with transaction.atomic():
                design = Design.objects.create(
                    name=made.name,
                    kinds=[kind],
                    prefix=made.prefix,
                    built_in=kind,
                    # An office that has its own goes on with that.
                    active=not taken,
                    updated_at=now,
                )
                DesignVersion.objects.create(
                    design=design, number=1, elements=made.elements, created_at=now
                )
        except IntegrityError:  # somebody else has just made it
            continue


def _refuse_overlap(design: Design) -> None:
    others = Design.objects.filter(active=True, kinds__overlap=design.kinds).exclude(pk=design.pk)
    for other in others:
        if _share(design.types, other.types):
            kinds = "、".join(
                ExpertKind(kind).label for kind in design.kinds if kind in other.kinds
            )
            types = "、".join(design.types) or "全部类型"
            raise CertificateRefused(
                f"{kinds}（{types}）已用样式「{other}」，请先停用它，或改变适用的类别、类型。"
            )


def _share(types: Collection[str], others: Collection[str]) -> bool:
    # One for all types leaves to others those that these name.
    return bool(set(types) & set(others)) if types and others else not types and not others


def _described(design: Design) -> dict[str, Any]:
    return {
        "名称": design.name,
        "专家类别": "、".join(design.kind_labels),
        "专家类型": "、".join(design.types) or "全部",
        "编号": design.number_sample,
    }
