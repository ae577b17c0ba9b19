"""Which form counts for whom."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db.models import QuerySet

from expertpool.core.fields import is_vouched
from expertpool.evaluations.enums import Target
from expertpool.evaluations.models import RatingForm

DILIGENCE = "认真程度"  # the dimension by which 参评情况 tells how diligent somebody is
_GRADES = (("优秀", 95), ("良好", 85), ("一般", 70), ("较差", 50), ("很差", 30))
# What is asked as long as the office has not said otherwise.
_ASKED: dict[Target, Sequence[tuple[str, int, str]]] = {
    Target.EXPERT: (
        (DILIGENCE, 30, "认真阅读材料，按时到场，评审期间不做无关的事"),
        ("业务水平", 30, "熟悉本专业和评审标准，意见有依据"),
        ("客观公正", 25, "独立评审，没有倾向性、歧视性意见"),
        ("遵守纪律", 15, "遵守保密、回避和现场纪律"),
    ),
    Target.ORGANISER: (
        ("组织安排", 40, "通知及时，时间、场地、设备安排妥当"),
        ("材料准备", 30, "评审材料齐全、清楚"),
        ("尊重独立评审", 30, "没有干预评审、诱导评分"),
    ),
    Target.AGENCY: (
        ("服务水平", 40, "人员熟悉程序，答疑及时"),
        ("依法依规", 40, "程序合规，没有干预评审"),
        ("劳务费支付", 20, "按规定标准及时支付"),
    ),
}


def standard_form(target: Target) -> RatingForm:
    """Return, not saved, what is asked about ``target`` as long as the office has saved nothing."""
    return RatingForm(
        target=target,
        version=0,
        # Whether there was one at all, the office has to say.
        active=target != Target.AGENCY,
        dimensions=[
            {"name": name, "weight": weight, "help": text} for name, weight, text in _ASKED[target]
        ],
        grades=[{"label": label, "score": score} for label, score in _GRADES],
    )


def latest_form(target: str, project_kind: str) -> RatingForm | None:
    """Return the latest version for exactly this kind of project."""
    rows = RatingForm.objects.filter(target=target, project_kind=project_kind)
    return rows.order_by("-version").first()


def versions_of(form: RatingForm) -> QuerySet[RatingForm]:
    """Return all versions of ``form``, the latest first."""
    rows = RatingForm.objects.filter(target=form.target, project_kind=form.project_kind)
    return rows.select_related("by").order_by("-version")


def forms_in_use() -> list[RatingForm]:
    """Return what stands now: the latest version of each form, and the standard one of a target for which none was
    saved; those for all kinds first."""
    rows = RatingForm.objects.select_related("by").order_by("target", "project_kind", "-version")
    saved = list(rows.distinct("target", "project_kind"))
    general = {one.target for one in saved if not one.project_kind}
    missing = [standard_form(one) for one in Target if one not in general]
    places: dict[Any, int] = {one: at for at, one in enumerate(Target)}
    return sorted([*missing, *saved], key=lambda one: (places[one.target], one.project_kind))


def form_for(target: Target, project_kind: str) -> RatingForm | None:
    """Return by what ``target`` is rated after a review of ``project_kind``; None: not at all. It may be the standard
    one, not saved. A version that somebody else has written is none."""
    own = latest_form(target, project_kind) if project_kind else None
    found = own if own is not None and own.active else latest_form(target, "")
    if found is None:
        found = standard_form(target)
    elif not is_vouched(found):
        return None
    return found if found.active else None
