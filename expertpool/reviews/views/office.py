"""Reviews as the office prepares, opens and watches them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect

from expertpool.accounts.models import UserRequest
from expertpool.audit.services import Edits
from expertpool.core.exporting import export_url
from expertpool.core.permissions import requires
from expertpool.core.responses import not_opened
from expertpool.core.views.drawers import drawer_form, posted
from expertpool.core.views.editing import Editing
from expertpool.core.views.listing import listing, render_list
from expertpool.core.views.reasons import reason_of
from expertpool.draws.queries.meetings import last_closing
from expertpool.draws.queries.panel import filled_of
from expertpool.draws.queries.void_parts import may_be_filled, void_part_words
from expertpool.projects.queries.batches import members_of
from expertpool.projects.services.state import ARCHIVED
from expertpool.reviews.enums import ReviewState
from expertpool.reviews.exceptions import ReviewRefused
from expertpool.reviews.exports import ReviewExport
from expertpool.reviews.forms.reviews import (
    ItemForm,
    MaterialsForm,
    ReviewFilter,
    TermsForm,
)
from expertpool.reviews.models import (
    ItemAssignment,
    ReassignRequest,
    Review,
    Reviewer,
    ReviewItem,
    StopRequest,
)
from expertpool.reviews.permissions import EXPORT, MANAGE, VIEW
from expertpool.reviews.queries.assignments import assignment_of
from expertpool.reviews.queries.hands import hands_words
from expertpool.reviews.queries.lacking import Lacking, lacking_in, short_of
from expertpool.reviews.queries.materials import materials_of
from expertpool.reviews.queries.place import is_held_now
from expertpool.reviews.queries.progress import progress_of
from expertpool.reviews.queries.results import results_visible_to, void_words_of
from expertpool.reviews.queries.reviews import (
    SCORES,
    can_stop,
    may_name,
    panel_is_known,
    projects_without_review,
    reviews_visible_to,
    standbys,
    unjoined,
    unseated,
    with_progress,
)
from expertpool.reviews.queries.rules import rules_for
from expertpool.reviews.queries.sheets import are_fixed, items_of, rule_of
from expertpool.reviews.queries.waiting import forged_about, why_stopped
from expertpool.reviews.services import organising
from expertpool.reviews.services.materials import send_materials
from expertpool.reviews.tables import REVIEW_SORTS, REVIEW_TABS
from expertpool.workflow.queries.requests import WaitingRequest, waiting_about

MOST_DIGITS = 7  # of how many experts lack
LET_GO = "作废的补抽抽中的专家退出，已填写、提交的评分表不计入结果"
TAKE_OVER = (
    "作废抽取的专家不再评审，已填写、提交的评分表不计入结果；新的评审组从头评审并得到通知。确认？"
)


@require_safe
@requires(VIEW)
def reviews(request: UserRequest) -> HttpResponse:
    """All reviews in the user's scope, and how far they have come."""
    found = listing(
        request,
        with_progress(reviews_visible_to(request.user)),
        sorts=REVIEW_SORTS,
        default_sort="-created",
        form=ReviewFilter(request.GET),
        tabs=REVIEW_TABS,
    )
    may_export = request.user.has_permission(EXPORT)
    context = found.context | {"export_url": export_url(ReviewExport.code) if may_export else ""}
    return render_list(request, "reviews/list.html", context)


@require_safe
@requires(VIEW)
def detail(request: UserRequest, pk: int) -> HttpResponse:
    """One review: what is scored, who scores it, and how far each has come."""
    now = timezone.now()
    row = get_object_or_404(reviews_visible_to(request.user), pk=pk)
    return render(request, "reviews/detail.html", shown_of(row, request.user, now))


def shown_of(row: Review, user: Any, now: datetime) -> dict[str, Any]:
    """Return what is shown of a review: names to whoever may read them, scores to nobody."""
    people, rule, items = progress_of(row), rule_of(row), items_of(row)
    files = materials_of(items)
    for one in items:
        one.materials = len(files.get(one.pk, ()))  # type: ignore[attr-defined]
    submissions = [one.submission for one in people if one.submission]
    requests = [item for one in submissions for item in waiting_about(one, user, now=now)]
    given = assignment_of(row)
    asked = waiting_about(row, user, now=now) if row.opened_at else []
    is_on = row.opened_at is not None and row.ended_at is None
    gone, come = (unseated(row), unjoined(row)) if is_on else ([], [])
    lacking = lacking_in(row) if is_on else Lacking()
    missing = sum(one.is_missing for one in people)
    named, known = may_name(user, row.project, now=now), panel_is_known(row.project)
    is_stopped = row.state == ReviewState.STOPPED
    void = [one for one in gone if not one.invitation.draw.is_valid]
    kept = missing or gone or come or lacking.nobody or (given and given.drawn_at is None)
    return {
        "review": row,
        "items": items,
        "people": people,
        "missing": missing,
        "may_end": not kept,
        "may_stop": is_on and can_stop(row),
        "may_ask_stop": is_on and not any(isinstance(one.asked, StopRequest) for one in asked),
        "void_words": void_words_of(row) if row.ended_at else "",
        "stopped": why_stopped(row) if is_stopped else "",
        "lacking": lacking,
        "short": short_of(row.project, now=now) if known and not row.opened_at else None,
        "filled": filled_of(row.project) if known and row.opened_at else None,
        "unjoined": 0 if void else len(come),
        # The draw replaces nobody any more.
        "seats_stay": last_closing(members_of(row.project)) <= now,
        # Before it is open items change: there is nothing to compare with.
        "altered": bool(row.opened_at and not are_fixed(row, items)),
        "rewritten": row.is_altered,
        "led": any(
            one.reviewer.is_leader and not one.reviewer.left_at and not one.is_void
            for one in people
        ),
        "held": any(one.is_held for one in people),
        "named": named,
        "known": known,
        # No buttons that could only refuse.
        "manages": not row.project.is_archived
        and reviews_visible_to(user, MANAGE).filter(pk=row.pk).exists(),
        "is_open": row.is_open(now),
        "at_place": is_held_now(row, now=now),
        "is_late": row.opened_at and not row.ended_at and not row.is_open(now),
        "stages": [one.name for one in rule.stages],
        "requests": requests + asked,
        # As the table beside calls them.
        "unseated": [_called(one, named) for one in gone if one not in void],
        **void_of(row, void, named=named, assignment=given, now=now),
        "lost_seat": {one.pk for one in gone},
        # Where items are given to some nobody comes in.
        "standbys": len(standbys(row)) if is_on and given is None and not void else 0,
        "assignment": given,
        "hands": hands_words(row) if row.opened_at or given else "",
        "forged": is_on and forged_about(row),
        "sealed": results_visible_to(user).filter(review=row).exists(),
        "asked_about": about_reviewers(asked),
        "asked_back": {item.asked.submission_id for item in requests},
    }


def void_of(
    review: Review,
    void: Sequence[Reviewer],
    *,
    named: bool,
    assignment: ItemAssignment | None,
    now: datetime,
) -> dict[str, Any]:
    """Return what is said of those who score in ``review`` for a draw that is ``void``, and of the others."""
    # Of a panel that several draws found those whose draw stands go on.
    others = Reviewer.objects.filter(SCORES, review=review).exclude(pk__in=[one.pk for one in void])
    stays = others.count() if void else 0
    goes_on = "分给他们的评审对象由其他专家接着评" if assignment else "其余专家照常评审"
    found = ""  # of whoever is drawn for their seats
    if not stays or not may_be_filled(review.project, now=now):
        seats = "评审时间已到，不能再补抽，缺的席位空着。"
    elif assignment:
        seats = (
            "缺的席位可以到项目页另行补抽，但评审对象已分给部分专家的，抽到的专家不加入这次评审。"
        )
    else:
        seats = "缺的席位可以到项目页另行补抽，抽到的专家随之加入。"
        found = "，另行补抽到的专家随之加入"
    let_go = f"{LET_GO}；{goes_on}{found}。确认？"
    return {
        "void": [_called(one, named) for one in void],
        "void_part": void_part_words(review.project) if stays else "",
        "stays": stays,
        "seats_words": seats,
        "may_take_over": bool(void) and named,
        "take_over_words": let_go if stays else TAKE_OVER,
    }


def _called(reviewer: Reviewer, named: bool) -> str:
    return reviewer.expert.name if named else str(reviewer)


def about_reviewers(requests: Iterable[WaitingRequest]) -> set[int]:
    """Return about whom (ids) any of ``requests`` waits: another would be refused."""
    rows = (one.asked for one in requests)
    return {one.reviewer_id for one in rows if isinstance(one, ReassignRequest) and one.reviewer_id}


@require_safe
@requires(VIEW)
def board(request: UserRequest, pk: int) -> HttpResponse:
    """How far the experts have come, for a projector: nothing on it can be clicked, no score is on it."""
    # Before it is open there is nobody to show, and nothing may be told of who it will be.
    seen = reviews_visible_to(request.user).filter(opened_at__isnull=False)
    row, now = get_object_or_404(seen, pk=pk), timezone.now()
    # Who has left is not missing.
    people = [one for one in progress_of(row) if one.reviewer.left_at is None]
    context = {
        "review": row,
        "people": people,
        "missing": sum(one.is_missing for one in people),
        "done": sum(one.submission is not None for one in people),
        "came": sum(one.signed_in_at is not None for one in people),
        "named": may_name(request.user, row.project, now=now),
        "stage": "评审已停止，没有结果"
        if row.state == ReviewState.STOPPED
        else rule_of(row).stages[row.stages - 1].name,
    }
    return render_list(request, "reviews/board.html", context, partial="board")


@requires(MANAGE)
def create(request: UserRequest, pk: int) -> HttpResponse:
    """Begin to prepare the review of a project (drawer)."""
    project = get_object_or_404(projects_without_review(request.user), pk=pk)
    back = reverse("projects:detail", args=[pk])
    # Before he fills it in; the service refuses it whatever the page says.
    if request.method == "GET" and project.is_archived:
        return not_opened(request, ARCHIVED, back=back)
    form = TermsForm(request.POST or None, rules=rules_for(project))

    def write() -> HttpResponse:
        row = organising.create_review(
            project=project, terms=form.terms, actor=request.user, now=timezone.now()
        )
        messages.success(request, "已建立，请添加评审对象。")
        return redirect("reviews:detail", pk=row.pk)

    return drawer_form(
        request,
        form,
        write,
        title="建立评审",
        refusals=ReviewRefused,
        back=back,
    )


@requires(MANAGE)
def edit(request: UserRequest, pk: int) -> HttpResponse:
    """Change how a review is held (drawer)."""
    editing = Editing(request, Edits((Review, [pk])))
    row = managed(request, pk)
    form = TermsForm(request.POST or None, rules=rules_for(row.project), review=row)

    def write() -> None:
        organising.change_terms(
            review=row, terms=form.terms, actor=request.user, now=timezone.now()
        )

    return drawer(request, form, write, title="评审设置", back=pk, editing=editing)


@requires(MANAGE)
def item_new(request: UserRequest, pk: int) -> HttpResponse:
    """Add something that is scored (drawer)."""
    row = managed(request, pk)
    form = ItemForm(request.POST or None)

    def write() -> None:
        organising.add_items(
            review=row, things=[form.thing], actor=request.user, now=timezone.now()
        )

    return drawer(request, form, write, title="添加评审对象", back=pk)


@requires(MANAGE)
def item_edit(request: UserRequest, pk: int) -> HttpResponse:
    """Change what is known of an item (drawer)."""
    editing = Editing(request, Edits((Review, [_item(request, pk).review_id])))
    item = _item(request, pk)
    form = ItemForm(request.POST or None, item=item)

    def write() -> None:
        organising.edit_item(item=item, thing=form.thing, actor=request.user, now=timezone.now())

    return drawer(
        request,
        form,
        write,
        title=f"修改 · {item.number}",
        back=item.review_id,
        editing=editing,
    )


@require_POST
@requires(MANAGE)
def item_remove(request: UserRequest, pk: int) -> HttpResponse:
    item = _item(request, pk)
    return act(
        request,
        item.review_id,
        lambda: organising.remove_item(item=item, actor=request.user, now=timezone.now()),
        "已删除。",
    )


@require_POST
@requires(MANAGE)
def start(request: UserRequest, pk: int) -> HttpResponse:
    """Open a review for its panel; ``short`` is how many seats nobody has as the page said before."""
    row, short, why = managed(request, pk), said_short(request), reason_of(request)
    return act(
        request,
        pk,
        lambda: organising.open_review(
            review=row, actor=request.user, now=timezone.now(), short=short, reason=why
        ),
        "评审已开始，已通知评审专家。",
    )


@require_POST
@requires(MANAGE)
def stage(request: UserRequest, pk: int) -> HttpResponse:
    """Open the next stage."""
    row = managed(request, pk)
    return act(
        request,
        pk,
        lambda: organising.open_stage(review=row, actor=request.user, now=timezone.now()),
        "已开启下一阶段。",
    )


@require_POST
@requires(MANAGE)
def remind(request: UserRequest, pk: int) -> HttpResponse:
    """Remind whoever has not submitted."""
    row = managed(request, pk)
    return act(
        request,
        pk,
        lambda: organising.remind(review=row, actor=request.user, now=timezone.now()),
        "已提醒还没有提交的专家。",
    )


@require_safe
@requires(MANAGE)
def item_files(request: UserRequest, pk: int) -> HttpResponse:
    """The materials of an item: taken in until the review is open."""
    return render(request, "reviews/item_files.html", {"item": _item(request, pk)})


@requires(MANAGE)
def materials(request: UserRequest, pk: int) -> HttpResponse:
    """Take the materials of many items from a ZIP (drawer)."""
    row = managed(request, pk)
    form = MaterialsForm(*posted(request))

    def write() -> HttpResponse:
        file = form.cleaned_data["archive"]
        run = send_materials(
            review=row,
            archive=file,
            file_name=file.name or "",
            actor=request.user,
            now=timezone.now(),
        )
        return HttpResponseClientRedirect(reverse("core:bulk_run", args=[run.pk]))

    return drawer(request, form, write, title="批量上传材料", back=pk)


def said_short(request: UserRequest) -> int:
    """Return how many experts lack as the page said it whose button was pressed."""
    said = request.GET.get("short", "")
    return int(said) if said.isdecimal() and len(said) < MOST_DIGITS else 0


def managed(request: UserRequest, pk: int) -> Review:
    return get_object_or_404(reviews_visible_to(request.user, MANAGE), pk=pk)


def _item(request: UserRequest, pk: int) -> ReviewItem:
    rows = ReviewItem.objects.filter(review__in=reviews_visible_to(request.user, MANAGE))
    return get_object_or_404(rows.select_related("review"), pk=pk)


def drawer(
    request: UserRequest,
    form: Any,
    write: Callable[[], object],
    *,
    title: str,
    back: int,
    editing: Editing | None = None,
) -> HttpResponse:
    return drawer_form(
        request,
        form,
        write,
        title=title,
        refresh="page",
        refusals=ReviewRefused,
        editing=editing,
        back=reverse("reviews:detail", args=[back]),
    )


def act(
    request: UserRequest,
    pk: int,
    write: Callable[[], object],
    message: str,
    *,
    back: str = "reviews:detail",
) -> HttpResponse:
    try:
        write()
    except ReviewRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, message)
    return redirect(back, pk=pk)
