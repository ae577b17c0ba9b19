"""What was changed of records: the list over all experts, and two versions of one side by side."""

from __future__ import annotations

from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_safe

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import requires
from expertpool.core.responses import file_answer, refused
from expertpool.core.views.listing import listing, render_list
from expertpool.experts.fields import EXPERT
from expertpool.experts.forms.filters import ChangeFilter
from expertpool.experts.guards import seeing_who
from expertpool.experts.queries.experts import experts_visible_to
from expertpool.experts.queries.named_fields import file_in
from expertpool.experts.queries.records import (
    HIDDEN_FIELD,
    changes_visible_to,
    differences,
    versions_of,
)
from expertpool.experts.queries.veils import sees_who
from expertpool.files.exceptions import FileRefused
from expertpool.files.queries import opened
from expertpool.files.services import note_download

NOTHING = "这位专家的资料还没有修改过，没有可以对照的版本。"


@require_safe
@requires("experts.view")
def index(request: UserRequest) -> HttpResponse:
    """All changes, the latest first; who does not see names reads of whom and what, not by whom: often by himself."""
    result = listing(
        request,
        changes_visible_to(request.user),
        sorts={"at": ("at", "id")},
        default_sort="-at",
        form=ChangeFilter(request.GET, user=request.user),
    )
    labels = EXPERT.labels(request.user)
    rows = [
        (one, "、".join(labels.get(code, HIDDEN_FIELD) for code in one.changed))
        for one in result.page
    ]
    context = result.context | {"rows": rows, "in_clear": sees_who(request.user)}
    return render_list(request, "experts/change_list.html", context)


@require_safe
@requires("experts.view")
@seeing_who
def compare(request: UserRequest, pk: int) -> HttpResponse:
    """Two versions of a record side by side: ``?from=1&to=3``; otherwise the last two."""
    expert = get_object_or_404(experts_visible_to(request.user), pk=pk)
    known = {str(version.number): version for version in versions_of(expert).defer("snapshot")}
    # Newest first.
    last = list(known)[:2]
    newer, older = (
        known.get(request.GET.get(name) or (last[at] if len(last) > at else ""))
        for at, name in enumerate(("to", "from"))
    )
    back = f"{reverse('experts:detail', args=[pk])}?tab=history"
    if older is None or newer is None:
        nothing = {"title": expert.name, "text": NOTHING, "back": back}
        return render(request, "experts/version_none.html", nothing)
    if older.number > newer.number:
        older, newer = newer, older
    found = differences(older, newer, request.user, EXPERT.labels(request.user))
    # What is looked for stands first.
    rows = sorted(found, key=lambda row: not row.changed)
    context = {
        "title": f"{expert.name}：第 {older.number} 版与第 {newer.number} 版",
        "rows": rows,
        "count": sum(row.changed for row in rows),
        "older": older,
        "newer": newer,
        "expert": expert,
        "known": list(known.values()),
        "back": back,
    }
    return render(request, "experts/version_compare.html", context)


@require_GET
@requires("experts.view")
@seeing_who
def read_file(request: UserRequest, pk: int, number: int, code: str) -> HttpResponseBase:
    """The file that a field had in one version: nothing else names one that was replaced."""
    expert = get_object_or_404(experts_visible_to(request.user), pk=pk)
    version = get_object_or_404(versions_of(expert), number=number)
    attachment = file_in(version, code, request.user)
    if attachment is None:
        raise Http404
    try:
        content = opened(attachment)
    except FileRefused as error:
        return refused(str(error))
    note_download(attachment=attachment, actor=request.user, now=timezone.now())
    return file_answer(content, name=attachment.name, content_type=attachment.content_type)
