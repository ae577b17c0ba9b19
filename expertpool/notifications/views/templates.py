"""The texts of messages, edited with a preview."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST

from expertpool.accounts.models import UserRequest
from expertpool.audit.services import Edits
from expertpool.core.permissions import requires
from expertpool.core.text import moment_text
from expertpool.core.views.drawers import attempt
from expertpool.core.views.editing import Editing
from expertpool.core.views.listing import page_size, render_list
from expertpool.core.views.parts import parts_of
from expertpool.directory.models import EVERY_KIND
from expertpool.notifications.channels import CHANNELS
from expertpool.notifications.exceptions import TemplateRefused
from expertpool.notifications.forms import TemplateFilterForm, TemplateForm
from expertpool.notifications.models import MessageTemplate
from expertpool.notifications.occasions import OCCASIONS
from expertpool.notifications.queries.route import route_wait
from expertpool.notifications.queries.template_page import earlier_texts, kinds_of, preview
from expertpool.notifications.queries.templates import (
    WRITTEN,
    TemplateState,
    template_state,
    template_states,
)
from expertpool.notifications.services.templates import (
    LOCK,
    reset_template,
    restore_template,
    save_template,
)

LIST = "notifications:templates"


@requires("notifications.templates")
def templates(request: UserRequest) -> HttpResponse:
    everything = template_states()
    form = TemplateFilterForm(request.GET, rows=everything)
    rows = form.narrow(everything) if form.is_valid() else []
    page = Paginator(rows, page_size(request)).get_page(request.GET.get("page"))
    shown = [(one, _address(one.occasion.code, str(one.channel), one.kind)) for one in page]
    context = {"filter_form": form, "page": page, "rows": shown}
    return render_list(request, "notifications/templates.html", context)


@requires("notifications.templates")
def edit(request: UserRequest, occasion: str, channel: str) -> HttpResponse:
    kind = request.GET.get("kind", "")
    rows = MessageTemplate.objects.filter(occasion=occasion, channel=channel, project_kind=kind)
    editing = Editing(request, Edits((MessageTemplate, rows), lock=LOCK))
    state = _state_or_404(occasion, channel, kind)
    initial = {**state.text._asdict(), "active": state.active}
    form = TemplateForm(
        request.POST or None, initial=initial, occasion=state.occasion, channel=channel
    )
    editing.about(parts_of(form))
    # What is typed is shown at once; only a whole post saves it.
    if request.headers.get("HX-Target") == "preview":
        context = _context(state, form, form.text if form.is_valid() else None)
        return render(request, "notifications/template_edit.html#preview", context)

    def write() -> None:
        template = save_template(
            occasion=occasion,
            channel=channel,
            kind=kind,
            text=form.text,
            active=form.cleaned_data["active"],
            actor=request.user,
            now=timezone.now(),
        )
        since = f"，新的文字 {moment_text(template.since)} 起使用" if template.since else ""
        messages.success(request, f"已保存{_name(state)}{since}")

    if attempt(form, write, refusals=(TemplateRefused,), editing=editing):
        return redirect(_address(occasion, channel, kind))
    context = _context(state, form, None if form.is_bound else state.text)
    context["editing"] = editing
    status = 422 if form.is_bound else 200
    return render(request, "notifications/template_edit.html", context, status=status)


@requires("notifications.templates")
@require_POST
def reset(request: UserRequest, occasion: str, channel: str) -> HttpResponse:
    kind = request.GET.get("kind", "")
    state = _state_or_404(occasion, channel, kind)
    reset_template(
        occasion=occasion, channel=channel, kind=kind, actor=request.user, now=timezone.now()
    )
    done = f"改用“{EVERY_KIND}”的文字" if kind else "恢复默认"
    messages.success(request, f"{_name(state)}已{done}")
    return redirect(_address(occasion, channel, kind))


@requires("notifications.templates")
@require_POST
def restore(request: UserRequest, occasion: str, channel: str, entry: int) -> HttpResponse:
    """Use again a text that the office had."""
    kind = request.GET.get("kind", "")
    state = _state_or_404(occasion, channel, kind)
    try:
        template = restore_template(
            occasion=occasion,
            channel=channel,
            kind=kind,
            entry=entry,
            actor=request.user,
            now=timezone.now(),
        )
    except LookupError:
        raise Http404 from None
    except TemplateRefused as refusal:
        messages.error(request, f"没有恢复：{refusal}")
    else:
        since = f"，{moment_text(template.since)} 起使用" if template.since else ""
        messages.success(request, f"{_name(state)}已恢复以前的文字{since}")
    return redirect(_address(occasion, channel, kind))


def _state_or_404(occasion: str, channel: str, kind: str) -> TemplateState:
    try:
        state = template_state(OCCASIONS[occasion], channel, kind)
    except LookupError:
        raise Http404 from None
    if kind and kind not in kinds_of(state.occasion, channel):
        raise Http404
    return state


def _name(state: TemplateState) -> str:
    where = "，".join(filter(None, [state.channel.label, state.kind]))
    return f"“{state.occasion.label}”的模板（{where}）"


def _address(occasion: str, channel: str, kind: str) -> str:
    path = reverse("notifications:template", args=[occasion, channel])
    return f"{path}?{urlencode({'kind': kind})}" if kind else path


def _kinds(state: TemplateState) -> list[tuple[str, str, bool]]:
    """Return the texts that there may be besides: words, address, whether it is this one."""
    code, channel = state.occasion.code, str(state.channel)
    kinds = kinds_of(state.occasion, channel)
    rows = [
        (EVERY_KIND, ""),
        *((f"{one}（另有文字）" if own else one, one) for one, own in kinds.items()),
    ]
    return [
        (label, _address(code, channel, one), one == state.kind) for label, one in rows if kinds
    ]


def _context(state: TemplateState, form: TemplateForm, text: Any) -> dict[str, Any]:
    now = timezone.now()
    return {
        "state": state,
        "form": form,
        "preview": preview(state.occasion, text) if text else None,
        "heading": " · ".join(
            filter(None, [state.occasion.label, state.channel.label, state.kind])
        ),
        "instead": "通用" if state.kind else "默认",
        "undo": "改用通用文字" if state.kind else "恢复默认",
        "written": WRITTEN,
        "kinds": _kinds(state),
        "query": f"?{urlencode({'kind': state.kind})}" if state.kind else "",
        "earlier": earlier_texts(state),
        "waits": route_wait(now) // timedelta(minutes=1) if state.occasion.secrets else 0,
        "waits_until": state.waits_until(now),
        "counts_parts": CHANNELS[state.channel].counts_parts,
        "cancel_url": reverse(LIST),
        "crumbs": [],
    }
