"""The page of one draw, its room, its sheet, and the records of all draws."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from expertpool.accounts.models import User, UserRequest
from expertpool.core.documents import qr_svg
from expertpool.core.exporting import export_url
from expertpool.core.permissions import requires
from expertpool.core.responses import refused
from expertpool.core.text import is_key
from expertpool.core.views.listing import listing, render_list
from expertpool.draws.enums import (
    CONTRIBUTOR_LABEL,
    CONTRIBUTOR_PERMISSION,
    RUNNING,
    ActionCode,
    DrawKind,
    DrawStatus,
    SheetKind,
)
from expertpool.draws.exceptions import NamesSealed
from expertpool.draws.forms.draw import RECORDABLE, ContributionForm, DrawFilter
from expertpool.draws.models import Draw, DrawPause, Invitation, PickRequest, VoidRequest
from expertpool.draws.queries.actions import DrawAction, actions_of, actions_of_project
from expertpool.draws.queries.board import Board
from expertpool.draws.queries.calls import calls_of
from expertpool.draws.queries.clock import past_pool_pauses
from expertpool.draws.queries.conflicts import seats_to_replace
from expertpool.draws.queries.draws import (
    codes_for_draw,
    draws_visible_to,
    given_up,
    superseding,
    with_bent,
    with_counts,
    with_paused,
)
from expertpool.draws.queries.emergency import emergency_of, end_of, hands_of
from expertpool.draws.queries.facts import OfDraw
from expertpool.draws.queries.hands import hand_steps_by_kind, kinds_in_brackets, second_in_words
from expertpool.draws.queries.lasting import lasting_of
from expertpool.draws.queries.meetings import sealed_opening
from expertpool.draws.queries.obstacles import why_no_value
from expertpool.draws.queries.panel_state import (
    panel_state,
    read_states,
    state_words,
    with_panel,
)
from expertpool.draws.queries.papers import template_for
from expertpool.draws.queries.picking import count_by_kind
from expertpool.draws.queries.policy import ground_of_gone, grounds_of
from expertpool.draws.queries.pool_changes import changes_in_words, firsts_of, kinds_in_words
from expertpool.draws.queries.presence import (
    OPENS_PLACE,
    came_by_latest,
    opened_by_presence,
    presence_of,
    times_of_sign_in,
)
from expertpool.draws.queries.reach import board_at, hours_moved, hours_sealed
from expertpool.draws.queries.requests import (
    agreed_request,
    answers_among,
    early_release,
    requests_about,
    who_widened,
)
from expertpool.draws.queries.reschedulings import reschedulings_of
from expertpool.draws.queries.reveal import is_released
from expertpool.draws.queries.sitting import slots_of
from expertpool.draws.queries.ways import can_call, dead_line_at
from expertpool.draws.rules import IS_PUBLIC_LATER
from expertpool.draws.services.checking import looks_bent
from expertpool.draws.services.names import (
    NamedRow,
    is_due,
    may_read,
    named_rows,
    read_names,
    readable_from,
)
from expertpool.draws.tables import SORTS, TABS
from expertpool.draws.views.recordings import recorder_for
from expertpool.experts.queries.glyphs import lacking_for
from expertpool.experts.queries.sharing import phones_for
from expertpool.projects.models import Project
from expertpool.projects.queries import projects_visible_to

PUBLISH_QUESTION = (
    "公布后任何人凭核验网址都能看到在席专家的姓名和工作单位，不能撤回。中标、成交结果确定了吗？"
)

NOT_PUBLIC = "写入操作日志和人工操作台账，不对外公开。"


def _publish_question(board: Board) -> str:
    found = f"另抽 {board.elsewhere} 人，" if board.elsewhere else ""
    short = f"本次抽取应有 {board.seats} 席，在席 {board.seated_count} 人，{found}{board.lacking_words}。"
    return f"{short if board.lacking else ''}{PUBLISH_QUESTION}"


def _agreed_note(board: Board) -> str:
    """Who is not among those who agreed to the seats of the draw: of other draws of its panel, and who stands by."""
    found = f"另抽 {board.elsewhere} 人" if board.elsewhere else ""
    standby = f"候补同意 {board.standby_agreed} / {board.standby_seats}"
    return "，".join(filter(None, (found, standby if board.standby_seats else "")))


@require_safe
@requires("draws.view")
def draw_list(request: UserRequest) -> HttpResponse:
    draws = listing(
        request,
        with_panel(
            with_paused(with_bent(with_counts(draws_visible_to(request.user))))
        ).select_related("project__department"),
        sorts=SORTS,
        default_sort="-sealed",
        form=DrawFilter(request.GET),
        tabs=TABS,
    )
    context = draws.context | {
        "export_url": export_url("draws.draws"),
        "kinds": count_by_kind(draws_visible_to(request.user)),
        "may_practise": request.user.has_permission("draws.run"),
    }
    return render_list(request, "draws/draw_list.html", context)


@require_safe
@requires("draws.view")
def detail(request: UserRequest, pk: int) -> HttpResponse:
    draw = get_object_or_404(draws_visible_to(request.user), pk=pk)
    context = board_context(request, draw)
    version = request.GET.get("version")
    if version == context["board"].version:
        # htmx leaves the page as it is.
        return HttpResponse(status=204)
    if version and not version.startswith(f"{draw.status}-"):  # head and buttons change, too
        return HttpResponse(status=204, headers={"HX-Trigger": "page:refresh"})
    if version:
        return render(request, "draws/draw_detail.html#board", context)
    labels = _sheet_labels(draw) if context["reads_names"] else {}
    return render(request, "draws/draw_detail.html", context | labels)


def _sheet_labels(draw: Draw) -> dict[str, str]:
    """What the files of the sheets are called, for who may have them: their form is that of the customer's
    template."""
    templates = {sheet: template_for(draw, sheet) for sheet in SheetKind}
    return {
        f"{sheet}_label": f"{sheet.label} {template.get_form_display() if template else 'Excel'}"
        for sheet, template in templates.items()
    }


ONE_PANEL = "一次抽取，各项目名单相同；回避合并计算"
ANOTHER_PANEL = "一次抽取，回避合并计算；各场之间专家有变动，以各项目的「参与专家」为准"


def _changed(lines: Iterable[Invitation], covered: Sequence[Project]) -> bool:
    """Whether somebody sits, or sat, in some of the ``covered`` projects alone."""
    return len(covered) > 1 and any(
        0 < len(slots_of(line, covered)) < len(covered) for line in lines
    )


def board_context(request: UserRequest, draw: Draw) -> dict[str, Any]:
    """What the page of a draw shows to this user; names are not in it."""
    user, now = request.user, timezone.now()
    facts, covered = OfDraw(draw, user, now), draw.covered
    board, reach = facts.board, facts.reach
    presence = presence_of(draw, now=now)
    came = f"-{presence.version}" if presence else ""
    contributions = _contributions(request, draw, now)
    actions = actions_of(facts) | actions_of_project(facts.of_project)
    requests = requests_about(draw, user, now=now, among=facts.matters)
    pending = answers_among(requests)
    since, waiting = readable_from(draw, user), facts.waits
    reads_names = is_due(draw, since, now=now) and not waiting
    # Who may not read the names learns of nobody that he sits.
    gone = seats_to_replace([draw], now=now) if reads_names else {}
    waits = waiting and now >= draw.reveal_at
    calls = calls_of(draw, board.lines, now=now)
    changing = f"{reach.version}{came}-{len(pending)}-{len(gone)}-{waits}"
    dead_line = dead_line_at(now) if calls else None
    changing += f"-{calls.version}-{dead_line and dead_line.detail}" if calls else ""
    board = replace(board, version=f"{board.version}-{changing}")
    emergencies = [(one, hands_of(one)) for one in facts.emergencies]
    emergency = next((one for one in emergencies if one[0].ended_at is None), None)
    later, in_time = facts.later, not facts.is_over
    read_states([draw, later] if later else [draw])
    short = facts.of_project.short if draw.is_valid and in_time else None
    kinds = hand_steps_by_kind(draw)
    return {
        "draw": draw,
        "project": draw.project,
        "covered": covered,
        "reachable": _reachable(user, covered) if draw.is_shared else set(),
        "first_opening": sealed_opening(draw),
        "covered_note": ANOTHER_PANEL if _changed(board.lines, covered) else ONE_PANEL,
        "names_nobody": draw.names_nobody(now),
        "board": board,
        "calls": calls,
        "dead_line": dead_line,
        # Nobody sits for a void one any more.
        "of_seats": "人" if draw.status == DrawStatus.VOID else f"/ {board.seats} 席",
        "agreed_label": "作废前同意" if draw.status == DrawStatus.VOID else "同意",
        "agreed_note": _agreed_note(board),
        "contributions": contributions,
        "pick_history": PickRequest.objects.filter(draw=draw).select_related(
            "requested_by", "decided_by"
        ),
        "actions": actions,
        "in_time": in_time,
        "later": later,
        "later_state": state_words(later) if later else "",
        "short": None if later else short,
        "panel_short": short if later else None,
        "emergency": emergency[0] if emergency else None,
        "emergency_hands": emergency[1] if emergency else "",
        "system_calls": emergency is not None and dead_line is None and can_call(),
        "past_emergencies": [
            (one, hands, end_of(one)) for one, hands in emergencies if one.ended_at is not None
        ],
        "hand_steps": sum(kinds.values()),
        "hand_kinds": kinds_in_brackets(kinds),
        "reach": reach,
        "hours_moved": hours_moved(board.lines, facts.hours)
        if draw.status == DrawStatus.INVITING
        else None,
        "hours_sealed": hours_sealed(draw) if draw.status == DrawStatus.INVITING else None,
        "waits": waits,
        "pool_told": _pool_told(reach.pause, user, actions),
        "lasting": lasting_of(draw, board, now=now)
        if draw.is_random and draw.status == DrawStatus.INVITING
        else None,
        "alarms": facts.alarms,
        "is_bent": not facts.is_bent and looks_bent(draw, kinds),
        "moved": reschedulings_of(draw),
        "presence": presence,
        "may_open_place": bool(place := presence and codes_for_draw(user, draw, OPENS_PLACE)),
        "may_allow_tries": "draws.run" in (place or ()),
        # Of a void draw most were called off without an answer.
        "exits_label": "退出、取消等" if draw.status == DrawStatus.VOID else "拒绝、未答复等",
        "early": early_release(draw),
        "all_came": opened_by_presence(draw),
        "came_by_latest": came_by_latest(draw),
        "given_up": given_up(draw),
        "voided": agreed_request(VoidRequest, draw) if draw.status == DrawStatus.VOID else None,
        "successors": superseding(draw).filter(pk__in=draws_visible_to(user).values("pk"))
        if draw.status == DrawStatus.VOID
        else (),
        "past_pool_pauses": past_pool_pauses(draw),
        "who_widened": _who_widened(draw) if draw.widens_id else "",
        "publish_question": _publish_question(board),
        "void_warning": f"作废的原因{IS_PUBLIC_LATER if draw.is_random else NOT_PUBLIC}核验页上只写已作废。",
        # Until then the record holds no seats, and a film shows nothing.
        "replayable": draw.ordered_at is not None
        and draw.ended_at is not None
        and is_released(draw),
        "requests": requests,
        "pending": pending,
        "recordable": tuple(RECORDABLE),
        "sees_exclusions": draw.is_random
        and bool(codes_for_draw(user, draw, ["draws.see_exclusions"])),
        "reads_names": reads_names,
        "gone": gone,
        "gone_ground": ground_of_gone(grounds_of(draw)) if gone else "",
        "readable_from": since,
        # What somebody is typing is not taken away from under him.
        "refreshes": (draw.status in RUNNING or draw.waits_for_all)
        and not any(item["form"] for item in contributions),
    }


def _who_widened(draw: Draw) -> str:
    """Who confirmed a widened draw, after what he is by its rule."""
    return f"{second_in_words(draw.rule.supervisor or '')} {who_widened(draw)}"


def _pool_told(
    pause: DrawPause | None, user: User, actions: Mapping[ActionCode, DrawAction]
) -> dict[str, Any] | None:
    """What a supervisor is told of a change of the pool; not whoever made it, or runs the draw."""
    if not pause or not pause.is_of_pool or not actions[ActionCode.RESUME_CHANGED].permitted:
        return None
    if user.pk in firsts_of(pause):
        return None
    told = pause.told
    return {
        "count": told["count"],
        "kinds": kinds_in_words(told),
        "changes": changes_in_words(told),
    }


def _reachable(user: User, projects: Sequence[Project]) -> set[int]:
    seen = projects_visible_to(user).filter(pk__in=[project.pk for project in projects])
    return set(seen.order_by().values_list("pk", flat=True))


def _contributions(request: UserRequest, draw: Draw, now: datetime) -> list[dict[str, Any]]:
    """One entry for each role the rule names: given or not, and a form where this user may give.

    Nobody gives twice: the form stands at the first open role that he may fill.
    """
    if draw.status != DrawStatus.SEALED:
        return []
    given = {reveal.role for reveal in draw.revealed}
    roles = draw.rule.contributors
    why_not = {role: why_no_value(draw, role, request.user, now=now) for role in roles}
    own = next((role for role in roles if not why_not[role]), "")
    rights = codes_for_draw(request.user, draw, CONTRIBUTOR_PERMISSION.values())
    is_late = draw.next_sitting <= now
    return [
        {
            "role": role,
            "label": CONTRIBUTOR_LABEL[role],
            "given": role in given,
            "form": ContributionForm(auto_id=f"{role}-%s") if role == own else None,
            "is_late": is_late,
            # Told to whom the role's right is given, and who cannot use it here; to all once nobody can.
            "why_not": why_not[role] if is_late or CONTRIBUTOR_PERMISSION[role] in rights else "",
        }
        for role in roles
    ]


@require_POST
@requires("draws.names")
def names(request: UserRequest, pk: int) -> HttpResponse:
    """Show the names behind the lines; each look is logged."""
    draw = get_object_or_404(draws_visible_to(request.user, "draws.names"), pk=pk)
    try:
        rows = read_names(draw=draw, actor=request.user, now=timezone.now(), purpose="抽取页面")
    except NamesSealed as error:
        return refused(str(error))
    context = board_context(request, draw)
    context["names"] = _shown(rows, request.user)
    context["lacking"] = lacking_for(row.expert for row in rows)
    context["came"] = times_of_sign_in(context["board"].lines)
    # The next look would take the names away again.
    context["refreshes"] = False
    return render(request, "draws/draw_detail.html#board", context)


def _shown(rows: list[NamedRow], user: User) -> dict[int, dict[str, str]]:
    """Return what is shown of each expert, by the id of his line."""
    phone = phones_for(user, [row.expert for row in rows])
    return {
        row.invitation.pk: {
            "name": row.expert.name,
            "number": row.expert.number,
            "employer": row.expert.employer.name if row.expert.employer else "",
            "title": row.expert.title,
            "phone": phone(row.expert),
        }
        for row in rows
    }


@require_safe
@requires("draws.view")
def room(request: UserRequest, pk: int) -> HttpResponse:
    """The page for a projector; asked for again each second with ``?version=``."""
    draws = with_panel(draws_visible_to(request.user).filter(kind=DrawKind.RANDOM))
    draw, now = get_object_or_404(draws, pk=pk), timezone.now()
    board = board_at(draw, now=now)
    board = replace(board, version=f"{board.version}-{panel_state(draw) or ''}")
    version = request.GET.get("version")
    if version == board.version:
        return HttpResponse(status=204)
    experts: dict[int, dict[str, str]] = {}
    if draw.released_at is not None and may_read(draw, request.user, now=now):
        rows = (
            # A look is logged when the room is opened, not each second that it asks anew.
            named_rows(draw)
            if version
            else read_names(draw=draw, actor=request.user, now=now, purpose="抽取大厅")
        )
        experts = _shown(rows, request.user)
    context = {
        "draw": draw,
        "project": draw.project,
        "first_opening": sealed_opening(draw),
        "names_nobody": draw.names_nobody(now),
        "board": board,
        "contributions": _contributions(request, draw, now),
        "names": experts,
        "emergency": emergency_of(draw),
        "recorder": recorder_for(request.user, draw),
        "shown": _number(request.GET.get("shown"), len(board.lines)),
    }
    template = "draws/draw_room.html#room" if version else "draws/draw_room.html"
    return render(request, template, context)


def _number(text: str | None, default: int) -> int:
    return int(text) if text and is_key(text) else default


@require_safe
@requires("draws.view")
def qr(request: UserRequest, pk: int) -> HttpResponse:
    """The public check page of the draw as a QR code."""
    draw = get_object_or_404(draws_visible_to(request.user), pk=pk)
    address = request.build_absolute_uri(reverse("draws:verify_draw", args=[draw.public_id]))
    response = HttpResponse(qr_svg(address), content_type="image/svg+xml")
    response["Cache-Control"] = "private, max-age=3600"
    return response
