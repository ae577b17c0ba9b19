"""Changes of status: of one expert, or of those that are ticked in the list."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.models import UserRequest
from expertpool.core.permissions import View, requires
from expertpool.core.responses import Undo, refused, saved
from expertpool.core.views.bulk import BulkAction, bulk_view
from expertpool.core.views.drawers import drawer_form
from expertpool.core.views.listing import conditions_of, picked_rows
from expertpool.core.views.reasons import reason_of
from expertpool.experts.enums import ExpertStatus
from expertpool.experts.exceptions import ExpertRefused
from expertpool.experts.forms.actions import BlacklistForm, TagExpertsForm
from expertpool.experts.forms.filters import DeletedFilter, ExpertFilter
from expertpool.experts.models import Expert
from expertpool.experts.queries.accounts import still_waiting
from expertpool.experts.queries.admission import RIGHT, under_way
from expertpool.experts.queries.experts import (
    deleted_visible_to,
    experts_groupable_by,
    experts_visible_to,
    has_another,
)
from expertpool.experts.services.accounts import invite_to_account
from expertpool.experts.services.admission import (
    approve_admission,
    approve_admissions,
    hand_in_again,
    return_admission,
)
from expertpool.experts.services.blacklist import add_to_blacklist, remove_from_blacklist
from expertpool.experts.services.deletion import delete_expert, restore_expert
from expertpool.experts.services.status import freeze_expert, unfreeze_expert
from expertpool.experts.services.tags import tag_experts
from expertpool.experts.tables import tabs
from expertpool.experts.views.admitting import barred_first, left_to_admit
from expertpool.experts.views.coming import given_up, seats_first, seats_of
from expertpool.workflow.enums import Verdict

TAKEN_BACK = "撤回刚才的冻结"


def _picked(request: UserRequest) -> QuerySet[Expert]:
    """Return the ticked experts of the list; others are as if they were not there."""
    return picked_rows(
        request,
        experts_visible_to(request.user),
        form=lambda data: ExpertFilter(data, user=request.user),
        tabs=tabs(timezone.localdate()),
    )


def _picked_deleted(request: UserRequest) -> QuerySet[Expert]:
    """Return the ticked experts of the tab 已删除, or of the page of the deleted."""
    # The tab and the page show the same rows by other filters.
    kind = ExpertFilter if request.GET.get("tab") == "deleted" else DeletedFilter
    return picked_rows(
        request,
        deleted_visible_to(request.user),
        form=lambda data: kind(data, user=request.user),
    )


def _with_reason(request: UserRequest) -> dict[str, Any]:
    return {"reason": reason_of(request)}


def _with_reason_back(request: UserRequest) -> dict[str, Any]:
    """The same; who takes back by the button beside the message is asked for none."""
    return _with_reason(request) if "reason" in request.POST else {"reason": TAKEN_BACK}


def _with_entry(request: UserRequest) -> dict[str, Any]:
    """What the drawer asks of an entry; it has looked at it already."""
    form = BlacklistForm(request.POST)
    form.is_valid()
    return form.cleaned_data


def _plain(request: UserRequest) -> dict[str, Any]:
    return {}


Arguments = Callable[[UserRequest], dict[str, Any]]


def _single(
    change: Callable[..., object],
    code: str,
    verb: str,
    arguments: Arguments,
    *,
    undo: str = "",
    leaves: bool = False,
    signs_out: bool = False,
) -> View:
    """Return the view that makes ``change`` of one expert; ``undo`` names the one that takes it
    back. Who ``leaves`` the pool by it is asked about his coming seats first; where it ``signs_out``
    for good, also about what he alone can finish."""

    @require_POST
    @requires(code)
    def view(request: UserRequest, pk: int) -> HttpResponse:
        expert, now = (
            get_object_or_404(experts_visible_to(request.user, code), pk=pk),
            timezone.now(),
        )
        if leaves:
            answer = seats_first(request, [expert], verb=verb, signs_out=signs_out, now=now)
            if answer is not None:
                return answer
        try:
            change(expert=expert, actor=request.user, now=now, **arguments(request))
        except ExpertRefused as refusal:
            return refused(str(refusal))
        back = Undo(reverse(undo, args=[pk])) if undo else None
        said = _given_up(request, [pk]) if leaves else ""
        return saved(f"已{verb}{expert.name}{said}", refresh=_refresh(request), undo=back)

    return view


def _bulk(
    change: Callable[..., object],
    code: str,
    verb: str,
    arguments: Arguments,
    *,
    picked: Callable[[UserRequest], QuerySet[Expert]] = _picked,
    undo: str = "",
    leaves: bool = False,
    signs_out: bool = False,
    meant: Q | Callable[[], Q] | None = None,
    background: str = "",
    undone_by: str = "",
    all_at_once: Callable[..., Mapping[int, object]] | None = None,
    first: Callable[[Any, list[Any]], HttpResponse | None] | None = None,
) -> View:
    """Return the view that makes ``change`` of all ticked experts, of a whole list of those ``meant``; of
    who ``leaves``, and where it ``signs_out``, as `_single`. ``first``: what has to be seen before."""
    about_seats: dict[str, Any] = {"first": first} if first else {}
    if leaves:
        about_seats = {
            "first": lambda request, rows: seats_first(
                request, rows, verb=verb, signs_out=signs_out, now=timezone.now()
            ),
            "then": _given_up,
        }
    return bulk_view(
        BulkAction(
            code,
            verb,
            "位专家",
            "expert",
            change,
            picked,
            lambda request: experts_visible_to(request.user, code),
            ExpertRefused,
            arguments,
            undo=undo,
            meant=meant or Q(),
            background=background,
            undone_by=undone_by,
            all_at_once=all_at_once,
            **about_seats,
        )
    )


def _given_up(request: UserRequest, keys: list[int]) -> str:
    """Give up the coming seats of the experts ``keys`` where that was ticked; say what came of it."""
    now = timezone.now()
    coming = seats_of(request, Expert.objects.filter(pk__in=keys), now=now)
    return given_up(request, coming, reason=reason_of(request), now=now)


def _refresh(request: UserRequest) -> str:
    """A list reloads its rows, a panorama all of itself."""
    return "page" if request.GET.get("from") == "detail" else "list"


@require_POST
@requires(RIGHT)
def approve(request: UserRequest, pk: int) -> HttpResponse:
    """Agree to the step at which an expert waits; ``?seen=`` is the approval that was looked at."""
    expert = get_object_or_404(experts_visible_to(request.user, RIGHT), pk=pk)
    seen = request.GET.get("seen", "")
    try:
        verdict = approve_admission(
            expert=expert,
            seen=int(seen) if seen.isdecimal() else None,
            actor=request.user,
            now=timezone.now(),
        )
    except ExpertRefused as refusal:
        return refused(str(refusal))
    said = "已审核通过，正式入库" if verdict is Verdict.APPROVED else verdict.label
    return saved(f"{expert.name}：{said}。", refresh=_refresh(request))


hand_in = _single(hand_in_again, "experts.edit", "重新提交", _plain)
freeze = _single(
    freeze_expert, "experts.edit", "冻结", _with_reason, undo="experts:unfreeze", leaves=True
)
unfreeze = _single(unfreeze_expert, "experts.edit", "解冻", _with_reason_back)
delete = _single(
    delete_expert,
    "experts.delete",
    "删除",
    _with_reason,
    undo="experts:restore",
    leaves=True,
    signs_out=True,
)
restore = _single(restore_expert, "experts.delete", "恢复", _plain)

approve_many = _bulk(
    approve_admission,
    RIGHT,
    "审核同意",
    _plain,
    meant=under_way(),
    background="experts.admit",
    picked=lambda request: left_to_admit(request, _picked(request)),
    all_at_once=approve_admissions,
    first=barred_first,
)
return_many = _bulk(
    return_admission,
    RIGHT,
    "退回",
    lambda request: {"note": reason_of(request)},
    meant=under_way(),
    background="experts.admit_return",
)
freeze_many = _bulk(
    freeze_expert,
    "experts.edit",
    "冻结",
    _with_reason,
    undo="experts:unfreeze_many",
    leaves=True,
    background="experts.freeze",
    undone_by="experts.unfreeze",
)
unfreeze_many = _bulk(
    unfreeze_expert, "experts.edit", "解冻", _with_reason_back, background="experts.unfreeze"
)
delete_many = _bulk(
    delete_expert,
    "experts.delete",
    "删除",
    _with_reason,
    undo="experts:restore_many",
    leaves=True,
    signs_out=True,
    background="experts.delete",
    undone_by="experts.restore",
)
restore_many = _bulk(
    restore_expert,
    "experts.delete",
    "恢复",
    _plain,
    picked=_picked_deleted,
    background="experts.restore",
)
_blacklist_many = _bulk(
    add_to_blacklist,
    "experts.blacklist",
    "移入黑名单",
    _with_entry,
    leaves=True,
    background="experts.blacklist",
)
unblacklist_many = _bulk(
    remove_from_blacklist,
    "experts.blacklist",
    "移出黑名单",
    _with_reason,
    meant=Q(status=ExpertStatus.BLACKLISTED),
    background="experts.unblacklist_listed",
)
# Of a whole list, those who have none or have not activated it.
invite_many = _bulk(
    invite_to_account,
    "experts.edit",
    "发送激活链接",
    _plain,
    meant=lambda: Q(user__isnull=True) | still_waiting(),
)


@requires("experts.blacklist")
def blacklist_many(request: UserRequest) -> HttpResponseBase:
    """Put the ticked experts on the blacklist, for one reason, on one evidence and until one day."""
    form = BlacklistForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        return _blacklist_many(request)
    about = _asked_about(request)
    return drawer_form(
        request,
        form,
        lambda: None,
        title=f"移入黑名单 {about['count']} 位专家" if about["count"] else "移入黑名单",
        template="experts/picked_drawer.html",
        submit_label="移入黑名单",
        danger=True,
        alone=not has_another("experts.blacklist", None, than=[request.user.pk]),
        **about,
    )


def _asked_about(request: UserRequest) -> dict[str, Any]:
    """Return which rows a drawer is about that the bulk bar opened, for it to post them, and by which conditions."""
    asked = request.POST if request.method == "POST" else request.GET
    everything = asked.get("all") == "1"
    form = ExpertFilter(request.GET, user=request.user)
    return {
        "keys": asked.getlist("pk"),
        "everything": everything,
        "conditions": conditions_of(request, form, tabs(timezone.localdate()))
        if everything
        else "",
        "count": asked.get("count", ""),
        "at": asked.get("at", ""),
    }


@requires("experts.tags")
def tag_many(request: UserRequest) -> HttpResponse:
    """Put the ticked experts into groups and take them out of others."""
    form = TagExpertsForm(request.POST if request.method == "POST" else None)

    def write() -> str:
        picked = _picked(request)
        own = picked.filter(pk__in=experts_groupable_by(request.user).values("pk"))
        left = picked.count() - own.count()
        count = tag_experts(
            expert_ids=own.values_list("pk", flat=True),
            add=form.cleaned_data["add"],
            remove=form.cleaned_data["remove"],
            actor=request.user,
            now=timezone.now(),
        )
        others = f"；另有 {left} 位不在您管理分组的范围内，没有调整" if left else ""
        return f"已调整 {count} 位专家的分组{others}"

    about = _asked_about(request)
    return drawer_form(
        request,
        form,
        write,
        refusals=ExpertRefused,
        title=f"调整 {about['count']} 位专家的分组" if about["count"] else "调整分组",
        template="experts/picked_drawer.html",
        **about,
    )
