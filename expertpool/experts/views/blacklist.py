"""The blacklist: who is on it and was, adding, removing, and what is appealed."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from expertpool.accounts.models import UserRequest
from expertpool.audit.services import Edits
from expertpool.core.mandates import A_LOOK
from expertpool.core.permissions import requires
from expertpool.core.responses import not_opened, refused, saved
from expertpool.core.views.bulk import BulkAction, bulk_view
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.editing import Editing
from expertpool.core.views.listing import listing, picked_rows, render_list
from expertpool.core.views.reasons import reason_of
from expertpool.core.visibility import told
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.forms.actions import AppealDecisionForm, BlacklistForm, EntryForm
from expertpool.experts.forms.filters import EntryFilter
from expertpool.experts.models import BlacklistAppeal, Expert
from expertpool.experts.queries.appeals import (
    RIGHT,
    appeals_to_decide,
    sound,
    undecided_appeals,
    who_blacklisted,
)
from expertpool.experts.queries.experts import experts_visible_to, has_another
from expertpool.experts.queries.records import blacklist_visible_to
from expertpool.experts.services.appeals import decide_appeal, why_not_to_decide
from expertpool.experts.services.blacklist import (
    add_to_blacklist,
    amend_entry,
    remove_from_blacklist,
    tell_again,
)
from expertpool.experts.services.coming import UNSEEN
from expertpool.experts.tables import BLACKLIST_TABS
from expertpool.experts.views.coming import given_up, seats_of
from expertpool.workflow.guards import row_to_decide
from expertpool.workflow.queries.approvals import course_of


@require_safe
@requires("experts.blacklist")
def index(request: UserRequest) -> HttpResponse:
    """Entries of the blacklist, those that are open first."""
    result = listing(
        request,
        blacklist_visible_to(request.user),
        sorts={"added": "added_at", "until": ("until_date", "id")},
        default_sort="-added",
        form=EntryFilter(request.GET, user=request.user),
        tabs=BLACKLIST_TABS,
    )
    appealed = told(undecided_appeals()).filter(
        entry__in=[one.pk for one in result.context["page"]]
    )
    also = {"appealed": {one.entry_id for one in sound(appealed, a_look=A_LOOK)}}
    return render_list(request, "experts/blacklist.html", result.context | also)


@requires("experts.blacklist")
def add(request: UserRequest, pk: int | None = None) -> HttpResponse:
    """Put an expert on the blacklist: the one of the page, or one chosen in the form."""
    # Those who could not be put on it are not found: their page has no such button either.
    allowed = experts_visible_to(request.user, "experts.blacklist").filter(
        status__in=(ExpertStatus.FORMAL, ExpertStatus.FROZEN)
    )
    given: Expert | None = get_object_or_404(allowed, pk=pk) if pk else None
    posted = [request.POST] if request.method == "POST" else []
    form, now = BlacklistForm(*posted, experts=None if given else allowed), timezone.now()
    refresh = "page" if request.GET.get("from") == "detail" else "list"
    shown: dict[str, Any] = {
        "coming": seats_of(request, [given], now=now) if given else None,
        "alone": not has_another(RIGHT, given, than=[request.user.pk]),
    }

    def write() -> HttpResponse:
        data = form.cleaned_data
        expert = given or data["expert"]
        shown["coming"] = coming = seats_of(request, [expert], now=now)
        if not coming.are_seen:
            raise ExpertRefused(UNSEEN)
        added = add_to_blacklist(
            expert=expert,
            reason=data["reason"],
            evidence=data["evidence"],
            until_date=data["until_date"],
            actor=request.user,
            now=now,
        )
        said = given_up(request, coming, reason=data["reason"], now=now)
        # What it rests on is uploaded next, where it is shown.
        return _opened(request, added.pk, f"已将{expert.name}移入黑名单{said}", refresh)

    title = f"移入黑名单 · {given.name}" if given else "移入黑名单"
    return drawer_form(
        request,
        form,
        write,
        refusals=ExpertRefused,
        title=title,
        refresh=refresh,
        back=reverse("experts:detail", args=[given.pk]) if given else "",
        danger=True,
        submit_label="移入黑名单",
        template="experts/seats_form.html",
        give_up=True,
        shown=shown,
    )


@require_POST
@requires("experts.blacklist")
def remove(request: UserRequest, pk: int) -> HttpResponse:
    """Take an expert off the blacklist."""
    expert = get_object_or_404(experts_visible_to(request.user, "experts.blacklist"), pk=pk)
    try:
        remove_from_blacklist(
            expert=expert,
            reason=reason_of(request),
            actor=request.user,
            now=timezone.now(),
        )
    except ExpertRefused as refusal:
        return refused(str(refusal))
    refresh = "page" if request.GET.get("from") == "detail" else "list"
    return saved(f"已将{expert.name}移出黑名单", refresh=refresh)


@require_safe
@requires("experts.blacklist")
def entry(request: UserRequest, pk: int) -> HttpResponse:
    """One entry: why, on what evidence, and what its expert says against it."""
    get_object_or_404(blacklist_visible_to(request.user), pk=pk)
    return _entry(request, pk)


@requires("experts.blacklist")
def amend(request: UserRequest, pk: int) -> HttpResponse:
    """Say later on what an entry rests, or until when it holds."""
    found = get_object_or_404(blacklist_visible_to(request.user), pk=pk, removed_at__isnull=True)
    edits = Edits((Expert, [found.expert_id]), action="expert.blacklist_amend")
    editing = Editing(request, edits)
    # Read after its edits.
    row = get_object_or_404(blacklist_visible_to(request.user), pk=pk)
    initial = {"evidence": row.evidence, "until_date": row.until_date}
    form = EntryForm(request.POST if request.method == "POST" else None, initial=initial)

    def write() -> None:
        amend_entry(entry=row, **form.cleaned_data, actor=request.user, now=timezone.now())

    return drawer_form(
        request,
        form,
        write,
        refusals=ExpertRefused,
        title=f"依据和期限 · {row.expert.name}",
        message="已保存，已重新告知专家。",
        editing=editing,
        back=reverse("experts:blacklist"),
    )


def _picked(request: UserRequest) -> QuerySet[Expert]:
    """Return the experts of the ticked entries."""
    entries = picked_rows(
        request,
        blacklist_visible_to(request.user),
        form=lambda data: EntryFilter(data, user=request.user),
        tabs=BLACKLIST_TABS,
    )
    return Expert.objects.filter(pk__in=entries.values("expert"))


remove_many = bulk_view(
    BulkAction(
        "experts.blacklist",
        "移出黑名单",
        "位专家",
        "expert",
        remove_from_blacklist,
        _picked,
        lambda request: experts_visible_to(request.user, "experts.blacklist"),
        ExpertRefused,
        lambda request: {"reason": reason_of(request)},
        meant=Q(status=ExpertStatus.BLACKLISTED),
        background="experts.unblacklist",
    )
)


@require_POST
@requires("experts.blacklist")
def tell(request: UserRequest, pk: int) -> HttpResponse:
    """Send the expert once more why, and the link by which he appeals."""
    row = get_object_or_404(blacklist_visible_to(request.user), pk=pk)
    try:
        tell_again(entry=row, actor=request.user, now=timezone.now())
    except ExpertRefused as refusal:
        return refused(str(refusal))
    return saved("已重新发送。", refresh="")


@requires("experts.blacklist")
def decide(request: UserRequest, pk: int) -> HttpResponse:
    """Say whether what an expert appeals holds."""
    rows = BlacklistAppeal.objects.filter(entry__in=blacklist_visible_to(request.user))
    whole = told(rows).select_related("entry__expert", "entry__added_by", "entry__removed_by")
    appeal = get_object_or_404(whole, pk=pk)
    now, back = timezone.now(), reverse("experts:blacklist_entry", args=[appeal.entry_id])
    if request.method != "POST" and (
        why_not := why_not_to_decide(appeal=appeal, actor=request.user, now=now)
    ):
        return not_opened(request, why_not, back=back)
    appeal = row_to_decide(appeals_to_decide(request.user), whole, pk)
    form = AppealDecisionForm(request.POST if request.method == "POST" else None)

    def write() -> str:
        verdict = decide_appeal(
            appeal=appeal,
            agree=form.cleaned_data["agree"] == "yes",
            note=form.cleaned_data["note"],
            actor=request.user,
            now=timezone.now(),
        )
        return f"黑名单申诉：{verdict.label}"

    return drawer_form(
        request,
        form,
        write,
        refusals=ExpertRefused,
        title=f"处理申诉 · {appeal.entry.expert.name}",
        submit_label="提交",
        template="experts/appeal_drawer.html",
        appeal=appeal,
        back=back,
    )


def _entry(request: UserRequest, pk: int) -> HttpResponse:
    row = blacklist_visible_to(request.user).get(pk=pk)
    mine = set(appeals_to_decide(request.user).filter(entry=row).values_list("pk", flat=True))
    rows = told(row.appeals.all())
    appeals = sound(rows, a_look=A_LOOK)
    now = timezone.now()
    context = {
        "title": f"黑名单记录 · {row.expert.name}",
        "entry": row,
        "appeals": [
            (
                one,
                one.pk in mine,
                course_of(one, now=now),
                ""
                if one.pk in mine or one.decided_at
                else why_not_to_decide(appeal=one, actor=request.user, now=now),
            )
            for one in appeals
        ],
        "forged": rows.count() - len(appeals),
        "alone": not row.removed_at
        and not has_another(RIGHT, row.expert, than=who_blacklisted(row)),
        "back": reverse("experts:blacklist"),
    }
    return render(request, "experts/blacklist_entry.html", context)


def _opened(request: UserRequest, pk: int, message: str, refresh: str) -> HttpResponse:
    """Show the entry that was just made in the drawer, with ``message`` beside it."""
    if not request.headers.get("HX-Request"):
        return saved(message, refresh=refresh)
    response = _entry(request, pk)
    response = trigger_client_event(response, "toast", {"message": message, "level": "success"})
    return trigger_client_event(response, f"{refresh}:refresh", {})
