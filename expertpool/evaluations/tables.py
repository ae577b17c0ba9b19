"""How the lists of ratings are ordered and split into tabs, and what an expert downloads of them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db.models import Q

from expertpool.changes.registry import OwnData, OwnFile, OwnFiles
from expertpool.changes.services.own_files import attached_to
from expertpool.core.text import moment_text
from expertpool.core.views.listing import ListTab
from expertpool.evaluations.queries.caution_objections import objection_to
from expertpool.evaluations.queries.own import objection_of, own_ratings
from expertpool.evaluations.queries.sanctions import cautions_of
from expertpool.experts.models import Expert

EVALUATION_SORTS: dict[str, str | tuple[str, ...]] = {
    "opening": ("project__opening_at", "id"),
    "due": ("due_at", "id"),
}
EVALUATION_TABS = (
    ListTab("", "评价中", Q(closed_at__isnull=True)),
    ListTab("closed", "已结束", Q(closed_at__isnull=False)),
    ListTab("all", "全部"),
)
RATING_SORTS: dict[str, str | tuple[str, ...]] = {
    "given": ("given_at", "id"),
    "total": ("total", "id"),
}
MEASURE_SORTS: dict[str, str | tuple[str, ...]] = {
    "number": "number",
    "accepted": ("accepted", "id"),
    "meetings": ("meetings", "id"),
    "projects": ("projects", "id"),
    "standards": ("standards", "id"),
    "diligence": ("diligence", "id"),
}
OBJECTION_SORTS: dict[str, str | tuple[str, ...]] = {"asked": ("asked_at", "id")}
OBJECTION_TABS = (
    ListTab("", "待答复", Q(answered_at__isnull=True)),
    ListTab("answered", "已答复", Q(answered_at__isnull=False)),
)


def _ratings(expert: Expert, now: datetime) -> Iterator[tuple[str, ...]]:
    for one in own_ratings(expert):
        said = objection_of(one)
        objected = (
            (said.readable_text, said.state_label, said.readable_answer) if said else ("", "", "")
        )
        level = str(one.get_participation_display())
        yield (
            one.evaluation.project.name,
            moment_text(one.given_at),
            one.total_text,
            one.words,
            level,
            one.readable_comment,
            *objected,
        )


def _cautions(expert: Expert, now: datetime) -> Iterator[tuple[str, ...]]:
    for one in cautions_of(expert):
        lifted = f"{moment_text(one.lifted_at)} {one.lift_reason}" if one.lifted_at else ""
        said = objection_to(one)
        objected = (
            (said.readable_text, said.state_label, said.readable_answer) if said else ("", "", "")
        )
        yield moment_text(one.decided_at), one.reason, lifted, *objected


def _of_ratings(expert: Expert, now: datetime) -> Iterator[OwnFile]:
    for one in own_ratings(expert):
        if objection_of(one):
            yield from attached_to(one, f"{one.pk} {one.evaluation.project.name}")


def _of_cautions(expert: Expert, now: datetime) -> Iterator[OwnFile]:
    for one in cautions_of(expert):
        if objection_to(one):
            yield from attached_to(one, f"{one.pk} {one.reason}")


FILES = (
    OwnFiles("objections", "评价申诉", _of_ratings),
    OwnFiles("caution_objections", "警告申诉", _of_cautions),
)
OWN = (
    OwnData(
        "cautions",
        "警告",
        55,
        ("时间", "原因", "撤销", "我的申诉", "申诉结果", "答复"),
        _cautions,
        lambda one: len(cautions_of(one)),
    ),
    OwnData(
        "evaluations",
        "对我的评价",
        54,
        (
            *("评审", "评价时间", "综合得分", "各项", "参与度", "评语"),
            *("我的申诉", "申诉结果", "答复"),
        ),
        _ratings,
        lambda one: len(own_ratings(one)),
    ),
)
