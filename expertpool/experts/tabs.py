"""The tabs that this app shows on the panorama of an expert."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from django.template.loader import render_to_string
from django.utils import timezone

from expertpool.audit.queries import timeline_of
from expertpool.core.mandates import A_LOOK
from expertpool.core.registry import Tab
from expertpool.core.visibility import told
from expertpool.directory.queries import path_names
from expertpool.experts.fields import EXPERT
from expertpool.experts.models import Expert
from expertpool.experts.queries.actions import actions_for
from expertpool.experts.queries.availability import avoidance_words
from expertpool.experts.queries.files import may_view_expert_files
from expertpool.experts.queries.leaves import sound
from expertpool.experts.queries.records import HIDDEN_FIELD, status_course, versions_of
from expertpool.experts.queries.removals import removals_of, removals_to_decide
from expertpool.experts.queries.veils import sees_who

if TYPE_CHECKING:
    from django.http import HttpRequest

    from expertpool.accounts.models import User

MOST_LOG = 50


def _page(request: HttpRequest, template: str, expert: Expert, **context: Any) -> str:
    may = actions_for(cast("User", request.user), expert)
    return render_to_string(
        f"experts/_{template}.html", {"expert": expert, "may": may} | context, request
    )


def profile(request: HttpRequest, expert: Expert) -> str:
    sections = [
        (code, title, EXPERT.panorama(expert, code, expert.kind, viewer=cast("User", request.user)))
        for code, title in EXPERT.titles(expert.kind).items()
        if code != "specialties"  # a tab of its own
    ]
    # What joined may all be hidden from the reader, or not be the record's.
    sections = [one for one in sections if one[2]]
    return _page(request, "profile", expert, sections=sections)


def specialties(request: HttpRequest, expert: Expert) -> str:
    rows = list(expert.specialties.select_related("scheme").order_by("scheme__order", "code"))
    paths = path_names(rows)
    return _page(request, "specialties", expert, rows=[(row, paths[row.pk]) for row in rows])


def avoidances(request: HttpRequest, expert: Expert) -> str:
    today = timezone.localdate()
    rows = told(expert.avoidance_units.select_related("unit", "expert"))
    to_decide = removals_to_decide(cast("User", request.user)).filter(expert=expert)
    mine = set(to_decide.values_list("pk", flat=True))
    context = {
        "rows": [(row, *avoidance_words(row, on=today)) for row in rows],
        "removals": [(one, one.pk in mine) for one in removals_of(expert, openly=True)],
    }
    return _page(request, "avoidances", expert, **context)


def leaves(request: HttpRequest, expert: Expert) -> str:
    rows = sound(told(expert.leaves.all()), a_look=A_LOOK)
    return _page(request, "leaves", expert, rows=rows, now=timezone.now())


def files(request: HttpRequest, expert: Expert) -> str:
    allowed = may_view_expert_files(cast("User", request.user), str(expert.pk))
    return _page(request, "files", expert, allowed=allowed)


def history(request: HttpRequest, expert: Expert) -> str:
    versions = list(versions_of(expert).defer("snapshot"))
    labels = EXPERT.labels(cast("User", request.user))
    rows = [
        (version, "、".join(labels.get(name, HIDDEN_FIELD) for name in version.changed))
        for version in versions
    ]
    return _page(
        request,
        "history",
        expert,
        rows=rows,
        known=versions,
        newest=versions[0] if versions else None,
        course=status_course(expert),
    )


def log(request: HttpRequest, expert: Expert) -> str:
    viewer = cast("User", request.user)
    context = {
        "items": timeline_of(expert, most=MOST_LOG, viewer=viewer, tone="blue"),
        "note": f"最近 {MOST_LOG} 条；不能修改或删除。",
    }
    return render_to_string("audit/_log.html", context, request)


PAGE = "experts:detail"
TABS = (
    Tab(PAGE, "profile", "基本信息", 10, profile),
    Tab(
        PAGE,
        "specialties",
        "评审专业",
        20,
        specialties,
        count=lambda _user, expert: expert.specialty_links.count(),
    ),
    Tab(
        PAGE,
        "avoidances",
        "回避单位",
        30,
        avoidances,
        count=lambda _user, expert: told(expert.avoidance_units.all()).count(),
        is_for=sees_who,
    ),
    Tab(PAGE, "leaves", "请假", 40, leaves),
    Tab(PAGE, "files", "附件", 50, files, is_for=sees_who),
    Tab(PAGE, "history", "历史变更", 80, history, is_for=sees_who),
    Tab(PAGE, "log", "操作日志", 90, log, permissions=("audit.view",)),
)
