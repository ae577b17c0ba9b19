"""Designs: the newest version, and the one for an expert."""

from __future__ import annotations

from django.db.models import F, Max, QuerySet

from expertpool.certificates.models import Design, DesignVersion
from expertpool.core.documents import font_names

LABELS = {"Noto Serif SC": "宋体（思源宋体）", "Noto Sans SC": "黑体（思源黑体）"}


def fonts() -> dict[str, str]:
    """Return the fonts of this installation with their labels, those that it brings first."""
    names = sorted(
        font_names(), key=lambda name: (name not in LABELS, name != "Noto Serif SC", name)
    )
    return {name: LABELS.get(name, name) for name in names}


def newest(design: Design) -> DesignVersion | None:
    return design.versions.select_related("background", "created_by", "design").first()


def newest_versions() -> QuerySet[DesignVersion]:
    """Return the newest version of each design."""
    rows = DesignVersion.objects.annotate(newest=Max("design__versions__number"))
    return rows.filter(number=F("newest")).select_related("design", "created_by")


def design_of(kind: str, expert_type: str) -> Design | None:
    """Return the active design for experts of ``kind`` and ``expert_type``: one that names the type comes
    before one for all."""
    rows = Design.objects.filter(active=True, kinds__contains=[kind])
    named = rows.filter(types__contains=[expert_type]).first() if expert_type else None
    # One for all is what is left over.
    return named or rows.filter(types=[]).first()
