"""个人信息权利: what is kept of an expert, and what he may ask."""

from __future__ import annotations

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from expertpool.accounts.models import UserRequest
from expertpool.changes.registry import OWN_DATA
from expertpool.core.configuration import value_of
from expertpool.experts.guards import as_expert
from expertpool.experts.models import Expert
from expertpool.privacy.queries.reads import MOST_OWN, kind_of, reads_of
from expertpool.privacy.registry import KINDS
from expertpool.privacy.settings import NAMES, NOBODY, TOLD_READS


@require_safe
@as_expert
def own(request: UserRequest, expert: Expert) -> HttpResponse:
    now = timezone.now()
    tables = sorted(OWN_DATA, key=lambda one: one.order)
    kept = [(one.title, sum(1 for _ in one.rows(expert, now))) for one in tables]
    told = value_of(TOLD_READS)
    reads = [
        # What was looked at; why is the office's own.
        (
            one.at,
            KINDS.get(kind_of(one), ""),
            one.note.partition("：")[0],
            one.actor_name if told == NAMES else "管理部门",
        )
        for one in reads_of(expert, now)[:MOST_OWN]
    ]
    context = {
        "expert": expert,
        "kept": [(title, count) for title, count in kept if count],
        "reads": reads,
        "tells_reads": told != NOBODY,
    }
    return render(request, "privacy/own.html", context)
